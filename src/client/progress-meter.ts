/** How far an upload is. */
export interface UploadProgress {
  /** Bytes of the body that have left, with the boundaries of a form. */
  readonly loaded: number
  /** Bytes of the whole body. */
  readonly total: number
  /** The speed of the last seconds; absent if there is too little to tell. */
  readonly bytesPerSecond?: number
  /** The time until all bytes have left, at that speed; absent if there is too little to tell. */
  readonly remainingMs?: number
}

/** Long enough to smooth a network, and so short that a change of speed shows within five seconds. */
const WINDOW_MS = 4000
/** Over less time, a speed says more about buffers than about the network. */
const SHORTEST_MS = 1000

/**
 * Measures the speed of the last seconds. The bytes of the first report do not count: the system's buffers have taken
 * them at once.
 *
 * Bytes may leave in lumps that are further apart than the window. So a speed is always measured from one report to
 * another. It falls only if the silence after the last report is longer than the window.
 */
export class ProgressMeter {
  /** Those of the window, and the last one before it. */
  readonly #reports: { readonly at: number; readonly sent: number }[] = []

  /**
   * Takes a report.
   *
   * @param sent all bytes so far; it never falls
   * @param now milliseconds of a monotonic clock
   */
  report(sent: number, now: number): void {
    if (sent === this.#reports.at(-1)?.sent) return
    this.#reports.push({ at: now, sent })
    while ((this.#reports[1]?.at ?? now) <= now - WINDOW_MS) this.#reports.shift()
  }

  /** The progress, of which `loaded` and `total` are given, with speed and time left. */
  read(loaded: number, total: number, now: number): UploadProgress {
    const [first] = this.#reports
    const last = this.#reports.at(-1)
    if (first === undefined || last === undefined) return { loaded, total }
    const silence = now - last.at
    const elapsed = last.at - first.at + Math.max(0, silence - WINDOW_MS)
    if (elapsed < SHORTEST_MS || last.sent === first.sent) return { loaded, total }
    const bytesPerSecond = ((last.sent - first.sent) / elapsed) * 1000
    const remainingMs = Math.max(0, ((total - loaded) / bytesPerSecond) * 1000 - silence)
    return { loaded, total, bytesPerSecond, remainingMs }
  }
}
