import type { Incoming } from './incoming.ts'

/** An answer of a protocol. An adapter writes it as a Fetch `Response` or to a Node `ServerResponse`. */
export interface Outgoing {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** The content; absent for 204, 304 and HEAD. Iterating it to the end, or returning early, closes its source. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** The keys of the files that the request stored, for a log; absent if nothing was stored. No adapter sends them. */
  readonly stored?: readonly string[]
}

/**
 * Anything that answers requests: an upload handler, a file server. `undefined` leaves the request to the next handler.
 * `Native` is the request of the runtime or the framework that its hooks need; `unknown` for a handler of any server.
 */
export interface RequestHandler<Native = unknown> {
  // A property: the compiler lets a method through that needs another request than the adapter has.
  readonly handle: (incoming: Incoming<Native>) => Promise<Outgoing | undefined>
}

/** A handler inside an adapter, whose own signature has checked the type of the request. */
export interface MountedHandler {
  handle(incoming: Incoming): Promise<Outgoing | undefined>
}
