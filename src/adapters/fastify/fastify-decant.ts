import type { SentenceOptions } from '../../errors/problem-options.ts'
import type { FastifyExchangeRequest, FastifyPlugin, FastifyScope } from './fastify-exchange.ts'
import { fastifyProblems } from './fastify-problems.ts'
import { leaveUnread } from './leave-unread.ts'

/**
 * A plugin of Fastify 5 for your own routes. Bodies for which no parser is registered (forms, binary ones) stay unread
 * for `receive(request)` and forms. `UploadError`s are answered as problem details, in the words of
 * its option `sentences`. It holds for the scope that
 * registers it, and the scopes in that; JSON and text are parsed as before. An error handler set before it gets all
 * other errors. It replaces a parser for `*` that was registered before it, and a later one replaces this one's, as
 * usual in Fastify.
 *
 * Give `app.server` to `attach` of `decant/node`, so that long uploads are not cut.
 *
 * @example
 * ```ts
 * await app.register(fastifyDecant)
 * app.post('/avatar', async (request) => {
 *   const upload = await receive(request, { maxFileSize: 5_000_000 })
 *   try {
 *     return await photos.save(upload.files.required('avatar'))
 *   } finally {
 *     await upload.dispose()
 *   }
 * })
 * ```
 * @throws {TypeError} if a parser of forms is registered in this scope, or in one around it.
 */
export const fastifyDecant: FastifyPlugin<SentenceOptions<FastifyExchangeRequest>> = Object.assign(registerDecant, {
  // The scope that registers it, not one of its own, as fastify-plugin does.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'decant',
})

async function registerDecant(scope: FastifyScope, options: SentenceOptions<FastifyExchangeRequest>): Promise<void> {
  if (scope.hasContentTypeParser('multipart/form-data')) {
    throw new TypeError(
      '@fastify/multipart, or another parser of forms, is registered before fastifyDecant and would take its bodies. ' +
        'Leave it out, or register it in a scope of its own beside this one: app.register(async (scope) => { … }).',
    )
  }
  // By its name too: Fastify then tells a parser of forms that is registered later that there is another one.
  scope.addContentTypeParser('multipart/form-data', leaveUnread)
  const urlencoded = 'application/x-www-form-urlencoded'
  if (!scope.hasContentTypeParser(urlencoded)) scope.addContentTypeParser(urlencoded, leaveUnread)
  // Fastify does not tell whether there is one, and replaces it.
  scope.addContentTypeParser('*', leaveUnread)
  scope.setErrorHandler(fastifyProblems({ sentences: options.sentences }))
}
