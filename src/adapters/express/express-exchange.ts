import type { IncomingMessage, ServerResponse } from 'node:http'

/** The parts of Express' `Request` that Decant needs, in its versions 4 and 5 alike: Express itself is not imported. */
export interface ExpressRequest extends IncomingMessage {
  /** The path at which routers are mounted, already stripped from `url`. */
  readonly baseUrl: string
  readonly originalUrl: string
  /** The result of a body parser; Express 4 sets `{}` if none has read the body. */
  readonly body?: unknown
  /** The last matching route of `app.get()`, `app.post()` and the like, with its listeners. */
  readonly route?: { readonly path: unknown; readonly stack: readonly { readonly handle: unknown }[] } | undefined
}

/** The parts of Express' `Response` that Decant needs. */
export type ExpressResponse = ServerResponse

/** Express' `NextFunction`. */
export type ExpressNext = (error?: unknown) => void
