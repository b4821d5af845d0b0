import { UploadError } from '../errors/upload-error.ts'

/** The longest time of a timer, about 25 days. A timer with a longer time rings at once. */
const LONGEST_MS = 2 ** 31 - 1

/** The shortest time over which the rate is averaged: long enough for a train in a tunnel. */
const WINDOW_MS = 60_000

/**
 * Watches that bytes keep coming, and that they come fast enough: otherwise a client could hold its place for ever with
 * a few bytes. The clock costs one comparison for each chunk. The timer is set again only when it rings.
 */
export class IdleWatch {
  readonly #idleTimeoutMs: number
  readonly #windowMs: number
  readonly #minBytes: number
  readonly #onIdle: (error: UploadError) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #last = performance.now()
  #suspendedAt: number | undefined
  /** The start of the present window. It moves by the time in which the server makes the client wait. */
  #windowStart = this.#last
  #received = 0

  /**
   * `undefined` and `Infinity` never ring.
   *
   * @param minRate bytes a second, on average over each minute, or each `idleTimeoutMs` if that is longer. Default 0:
   *   any.
   */
  constructor(idleTimeoutMs: number | undefined, onIdle: (error: UploadError) => void, minRate: number = 0) {
    this.#idleTimeoutMs = idleTimeoutMs ?? Infinity
    // A client that may be silent for longer has more time for its bytes.
    this.#windowMs = Math.max(WINDOW_MS, this.#idleTimeoutMs)
    this.#minBytes = minRate * (this.#windowMs / 1000)
    this.#onIdle = onIdle
    if (this.#idleTimeoutMs !== Infinity) this.#arm(this.#left())
  }

  /** To be called when bytes have come. */
  touch(size: number = 0): void {
    this.#received += size
    if (this.#timer !== undefined) this.#last = performance.now()
  }

  /** From now on, the server makes the client wait. */
  suspend(): void {
    this.#suspendedAt ??= performance.now()
  }

  resume(): void {
    this.touch()
    if (this.#suspendedAt !== undefined) this.#windowStart += this.#last - this.#suspendedAt
    this.#suspendedAt = undefined
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Milliseconds until one of the two limits can be reached. */
  #left(): number {
    const now = performance.now()
    const idle = this.#last + this.#idleTimeoutMs - now
    return this.#minBytes === 0 ? idle : Math.min(idle, this.#windowStart + this.#windowMs - now)
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => this.#ring(), Math.min(delayMs, LONGEST_MS))
  }

  #ring(): void {
    if (this.#suspendedAt !== undefined) {
      this.#arm(this.#idleTimeoutMs)
      return
    }
    if (this.#minBytes > 0 && performance.now() - this.#windowStart >= this.#windowMs) {
      if (this.#received < this.#minBytes) {
        this.#onIdle(new UploadError('request-timeout', { idleTimeoutMs: this.#windowMs }))
        return
      }
      this.#windowStart = performance.now()
      this.#received = 0
    }
    const left = this.#left()
    if (left > 0) this.#arm(left)
    else this.#onIdle(new UploadError('request-timeout', { idleTimeoutMs: this.#idleTimeoutMs }))
  }
}
