import type { IncomingMessage, ServerResponse } from 'node:http'

/** The parts of Koa's `ctx` that Decant needs: Koa itself is not imported. */
export interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Path and query as they were sent; koa-mount strips its prefix from `req.url` alone. */
  readonly originalUrl: string
  /** The answer has begun. */
  readonly headerSent: boolean
  /** False: Koa leaves the response alone. */
  respond?: boolean | undefined
  readonly app: { emit(event: 'error', error: unknown, context: unknown): unknown }
}

/** Koa's `next`. */
export type KoaNext = () => Promise<unknown>

/** Middleware of Koa, which keeps the type of an app's context. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Koa would make it a parameter of the app.
export type KoaListener<Native extends KoaContext = KoaContext> = <Context extends Native>(
  context: Context,
  next: KoaNext,
) => Promise<void>
