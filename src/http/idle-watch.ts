import { UploadError } from '../errors/upload-error.ts'

/** What a timer can wait for at most, about 25 days: one that is given more rings at once. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Watches that bytes keep coming. The clock costs one comparison for each chunk; the timer is set anew only when it
 * rings.
 */
export class IdleWatch {
  readonly #idleTimeoutMs: number
  readonly #onIdle: (error: UploadError) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #last = performance.now()
  #suspended = false

  /** `undefined` and `Infinity` never ring. */
  constructor(idleTimeoutMs: number | undefined, onIdle: (error: UploadError) => void) {
    this.#idleTimeoutMs = idleTimeoutMs ?? Infinity
    this.#onIdle = onIdle
    if (this.#idleTimeoutMs !== Infinity) this.#arm(this.#idleTimeoutMs)
  }

  /** Bytes came. */
  touch(): void {
    if (this.#timer !== undefined) this.#last = performance.now()
  }

  /** It is we who make the client wait now. */
  suspend(): void {
    this.#suspended = true
  }

  resume(): void {
    this.#suspended = false
    this.touch()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(
      () => {
        const left = this.#suspended ? this.#idleTimeoutMs : this.#last + this.#idleTimeoutMs - performance.now()
        if (left > 0) this.#arm(left)
        else this.#onIdle(new UploadError('request-timeout', { idleTimeoutMs: this.#idleTimeoutMs }))
      },
      Math.min(delayMs, LONGEST_MS),
    )
  }
}
