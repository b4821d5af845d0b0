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

/** Middleware of Koa. */
export type KoaListener = (context: KoaContext, next: KoaNext) => Promise<void>
