import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import { MeasuredBody } from './measured-body.ts'

/** Milliseconds that an upload has before it can be judged. */
const YOUNG_MS = 10_000

/** Bytes a second from which on an upload never has to give way. */
const STEADY_RATE = 8 * 1024

/** An upload that holds a slot. It can be made to give way while its bytes come. */
export class RunningUpload {
  /** The request, with a body that is measured. */
  readonly incoming: Incoming
  /** The network of the client; `undefined` if the runtime does not tell. */
  readonly client: string | undefined
  /** Its place among the running ones; `undefined` if it does not run. */
  index: number | undefined
  /** Gives back its slot of all processes, if it has one. */
  giveBack: (() => void) | undefined
  readonly #body: MeasuredBody | undefined

  constructor(incoming: Incoming, client: string | undefined) {
    this.#body = incoming.body && new MeasuredBody(incoming.body)
    this.incoming = { ...incoming, body: this.#body }
    this.client = client
  }

  /**
   * Bytes a second since its start. The time in which the server made the client wait does not count. `undefined` if
   * the upload need not give way because it is new, fast enough or complete, or waits for the server. All bytes of a
   * form have come when its last file is checked.
   *
   * @param now the result of `performance.now()`
   */
  slowRateAt(now: number): number | undefined {
    const ageMs = this.#body?.ageAt(now)
    if (this.#body === undefined || ageMs === undefined || ageMs < YOUNG_MS) return undefined
    const rate = (this.#body.received * 1000) / ageMs
    return rate < STEADY_RATE ? rate : undefined
  }

  /** Ends the upload with `overloaded`. */
  giveWay(): void {
    this.#body?.stop(new UploadError('overloaded', {}))
  }
}
