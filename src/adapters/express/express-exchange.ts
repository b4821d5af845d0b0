import type { IncomingMessage, ServerResponse } from 'node:http'

/** What Decant needs of Express' `Request`, in its versions 4 and 5 alike: Express itself is not imported. */
export interface ExpressRequest extends IncomingMessage {
  /** The path at which routers are mounted, already stripped from `url`. */
  readonly baseUrl: string
  readonly originalUrl: string
  /** What a body parser has made of the body; 4 sets `{}` where it did nothing. */
  readonly body?: unknown
  /** The route of `app.get()`, `app.post()` and the like that was met last, with its listeners. */
  readonly route?: { readonly path: unknown; readonly stack: readonly { readonly handle: unknown }[] } | undefined
}

/** What Decant needs of Express' `Response`. */
export type ExpressResponse = ServerResponse

/** Express' `NextFunction`. */
export type ExpressNext = (error?: unknown) => void
