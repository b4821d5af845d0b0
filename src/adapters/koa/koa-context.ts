import type { IncomingMessage, ServerResponse } from 'node:http'

/** What Decant needs of Koa's `ctx`: Koa itself is not imported. */
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

/** Middleware of Koa, which leaves the type of an app's context as it is. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Else Koa's types make the parameter part of the app's.
export type KoaListener = <Context extends KoaContext>(context: Context, next: KoaNext) => Promise<void>
