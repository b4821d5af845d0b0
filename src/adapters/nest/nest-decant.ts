import { checkOptions } from '../../errors/check-options.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import { SENTENCE_KINDS } from '../../errors/problem-options.ts'
import type { SentenceOptions } from '../../errors/problem-options.ts'
import { checkHandler } from '../../http/check-handler.ts'
import type { MountedHandler, RequestHandler } from '../../http/outgoing.ts'
import { expressHandler } from '../express/express-handler.ts'
import type { ExpressRequest } from '../express/express-exchange.ts'
import type { ExpressListener } from '../express/express-handler.ts'
import { parserOf } from '../express/parser-of.ts'
import type { FastifyExchangeRequest } from '../fastify/fastify-exchange.ts'
import { fastifyHandler } from '../fastify/fastify-handler.ts'
import { leaveUnread } from '../fastify/leave-unread.ts'
import { attach } from '../node/attach.ts'
import { NODE_ADAPTER_KINDS } from '../node/node-adapter-options.ts'
import type { NodeAdapterOptions } from '../node/node-adapter-options.ts'
import type { NestRequest } from './nest-host.ts'
import type { NestApplication, NestPlatform } from './nest-application.ts'
import { UploadErrorFilter } from './upload-error-filter.ts'

/** The request that the hooks of a mounted handler get: the one of the platform, Express or Fastify. */
export type NestNative = ExpressRequest | FastifyExchangeRequest

/**
 * Options of `nestDecant`. Failures of handlers go to Nest. `onError` and `sentences` are those of `UploadErrorFilter`.
 */
export interface NestDecantOptions extends NodeAdapterOptions, SentenceOptions<NestRequest> {}

const KINDS: OptionKinds<NestDecantOptions> = { ...NODE_ADAPTER_KINDS, ...SENTENCE_KINDS }

/** The platforms of the apps that have it already: several modules may mount their handlers. */
const prepared = new WeakSet<NestPlatform>()

/**
 * Makes a Nest app ready for uploads, on Express and on Fastify. A global `UploadErrorFilter` answers the refusals of
 * your own routes. Forms stay unread on Fastify as they do on Express, and long uploads are not cut (`attach`). Each
 * handler of `mounts` takes every request below its path, before the body parsers of Nest. It needs no `base`, and a
 * global prefix does not apply to it. Guards, pipes and interceptors do not apply either: use `authorize`.
 *
 * Called before `app.listen()` or `app.init()`; tests call it on the app of `Test.createTestingModule()`, too.
 *
 * @example
 * ```ts
 * const app = await NestFactory.create(AppModule)
 * nestDecant(app, { '/photos': uploadHandler(app.get(Photos).set, { listing: true }) })
 * await app.listen(3000)
 * ```
 * @throws {TypeError} for an app that has been initialised already, and for a `trustProxy` that is not valid.
 */
export function nestDecant<Native extends NestNative>(
  app: NestApplication,
  mounts: Readonly<Record<string, RequestHandler<Native>>> = {},
  options: NestDecantOptions = {},
): void {
  checkOptions('nestDecant', options, KINDS)
  const { sentences, ...adapterOptions } = options
  for (const [path, handler] of Object.entries(mounts)) checkHandler(`${JSON.stringify(path)} of nestDecant`, handler)
  if ('isInitialized' in app && app.isInitialized === true) {
    throw new TypeError(
      'This Nest app has been initialised already. Call nestDecant before app.listen() and app.init().',
    )
  }
  const platform = app.getHttpAdapter().getInstance()
  if (!prepared.has(platform)) {
    prepared.add(platform)
    attach(app.getHttpServer())
    app.useGlobalFilters(new UploadErrorFilter({ sentences, onError: adapterOptions.onError }))
    // Fastify answers 415 without a parser. No name is checked: @fastify/multipart registers one that leaves a form
    // unread, too.
    if ('addContentTypeParser' in platform) platform.addContentTypeParser('*', leaveUnread)
  }
  for (const [path, handler] of Object.entries(mounts)) {
    const mounted = toMounted(handler)
    if ('register' in platform) platform.register(fastifyHandler(mounted, adapterOptions), { prefix: path })
    else platform.use(path, checkUnread, expressHandler(mounted, adapterOptions))
  }
}

/** The platform of an app is known at run time only, so the program names the request that its handlers get. */
function toMounted(handler: MountedHandler): RequestHandler {
  return { handle: (incoming) => handler.handle(incoming) }
}

/** Nest's own parsers come later. This is for parsers of an earlier `app.use()`. */
const checkUnread: ExpressListener = ({ headers, readableDidRead }, _response, next) => {
  if (!readableDidRead) {
    next()
    return
  }
  next(
    new TypeError(
      `The body of this request has been read already: ${parserOf(headers['content-type'])} of an app.use() ran before the ` +
        'handlers of nestDecant. Call nestDecant above it, or give the parser to the routes that need it only.',
    ),
  )
}
