import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import type { DrainLimits } from '../http/byte-source.ts'

/** What an adapter can be told, whatever it connects. */
export interface AdapterOptions {
  /** Caps on what is read of a refused body, so that the client hears the answer. Default 512 MiB, 30 seconds, 5 seconds of silence. */
  readonly drainLimits?: DrainLimits | undefined
  /**
   * Milliseconds for which a client may take nothing of an answer before it is given up, on Node: it holds a file open
   * meanwhile. A client that takes some bytes in that time is not given up, however slow it is. Default 60,000;
   * `Infinity` waits for ever.
   */
  readonly stallTimeoutMs?: number | undefined
  /** Told of what the handler threw, where nobody else is: of its own failures the client hears status 500 alone. */
  readonly onError?: ((error: unknown, request: unknown) => void) | undefined
}

export const ADAPTER_KINDS: OptionKinds<AdapterOptions> = {
  drainLimits: OPTION_KINDS.object,
  stallTimeoutMs: OPTION_KINDS.size,
  onError: OPTION_KINDS.call,
}
