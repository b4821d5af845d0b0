import type { DrainLimits } from '../http/byte-source.ts'

/** What an adapter can be told, whatever it connects. */
export interface AdapterOptions {
  /** Caps on what is read of a refused body, so that the client hears the answer. Default 512 MiB, 30 seconds, 5 seconds of silence. */
  readonly drainLimits?: DrainLimits | undefined
  /** Told of what the handler threw, where nobody else is: of its own failures the client hears status 500 alone. */
  readonly onError?: ((error: unknown, request: unknown) => void) | undefined
}
