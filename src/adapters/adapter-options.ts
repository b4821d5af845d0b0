import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import type { DrainLimits } from '../http/byte-source.ts'

/** Options that every adapter has. */
export interface AdapterOptions {
  /**
   * Limits for reading a refused body, which is read so that the client gets the answer. Default 512 MiB, 30 seconds, 5
   * seconds of silence.
   */
  readonly drainLimits?: DrainLimits | undefined
  /**
   * Milliseconds for which a client may take no bytes of an answer before the connection is closed, on Node: it holds a
   * file open meanwhile. A client that takes some bytes in that time may be as slow as it likes. Default 60,000;
   * `Infinity` waits for ever.
   */
  readonly stallTimeoutMs?: number | undefined
  /** Called with an error that the handler threw. If it is a failure of the server, the client only gets status 500. */
  readonly onError?: ((error: unknown, request: unknown) => void) | undefined
}

export const ADAPTER_KINDS: OptionKinds<AdapterOptions> = {
  drainLimits: OPTION_KINDS.object,
  stallTimeoutMs: OPTION_KINDS.size,
  onError: OPTION_KINDS.call,
}
