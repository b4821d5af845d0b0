import { checkOptions } from '../../errors/check-options.ts'
import { inOwnWords } from '../../errors/in-own-words.ts'
import { isServerFailure } from '../../errors/is-server-failure.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { SENTENCE_KINDS } from '../../errors/problem-options.ts'
import type { SentenceOptions } from '../../errors/problem-options.ts'
import { sendProblem } from '../node/send-problem.ts'
import type { KoaContext, KoaListener, KoaNext } from './koa-context.ts'

/** Middleware of Koa that knows the context of an app. */
export type KoaProblemsListener<Native extends KoaContext> = (context: Native, next: KoaNext) => Promise<void>

/**
 * Answers every `UploadError` of your own routes (`receive`, upload sets, forms) with problem details (RFC 9457). The
 * client gets the answer even while it is still sending. Refusals that are the server's fault (5xx, but not 501) go to
 * `app.on('error')` as well, and so do errors of `sentences`. All other errors, and errors after an answer has begun,
 * are Koa's.
 *
 * @example
 * ```ts
 * app.use(koaProblems()) // before the routes
 * ```
 */
export function koaProblems(): KoaListener
export function koaProblems<Native extends KoaContext>(options: SentenceOptions<Native>): KoaProblemsListener<Native>
export function koaProblems<Native extends KoaContext>(
  options: SentenceOptions<Native> = {},
): KoaProblemsListener<Native> {
  checkOptions('koaProblems', options, SENTENCE_KINDS)
  const { sentences } = options
  return async (context, next) => {
    try {
      await next()
    } catch (error) {
      if (!isUploadError(error) || context.headerSent) throw error
      if (isServerFailure(error)) context.app.emit('error', error, context)
      context.respond = false
      const onFault = (fault: unknown): void => void context.app.emit('error', fault, context)
      const refusal = await inOwnWords(error, { sentences, request: context, onFault })
      await sendProblem(context.req, context.res, refusal)
    }
  }
}
