import { IdleWatch } from '../http/idle-watch.ts'
import { socketProgress } from './socket-progress.ts'

/** How often the connection is looked at in the time for which its client may take no bytes. */
const LOOKS = 4

export interface StallWatchOptions {
  /** Milliseconds for which a client may take no bytes of an answer. */
  readonly stallTimeoutMs: number
  /** The connection, if the answer has one to itself. It may come later. */
  readonly socket: () => unknown
  /** Called once, if the client took no bytes for so long. */
  readonly onStall: () => void
}

/**
 * Reports a client that takes no bytes of an answer. A client that takes some of a chunk, however slowly, is not
 * reported. The connection is looked at in steps, and the time begins anew whenever it has moved.
 */
export class StallWatch {
  readonly #options: StallWatchOptions
  #watch: IdleWatch
  #isSuspended = false
  #isStopped = false
  #progress: string | undefined
  #unchanged = 0

  constructor(options: StallWatchOptions) {
    this.#options = options
    this.#watch = this.#arm()
  }

  /** Other answers delay this one now. */
  suspend(): void {
    this.#isSuspended = true
    this.#watch.suspend()
  }

  resume(): void {
    this.#isSuspended = false
    this.#progress = undefined
    this.#unchanged = 0
    this.#watch.resume()
  }

  stop(): void {
    this.#isStopped = true
    this.#watch.stop()
  }

  #arm(): IdleWatch {
    const watch = new IdleWatch(this.#options.stallTimeoutMs / LOOKS, () => void this.#look())
    if (this.#isSuspended) watch.suspend()
    return watch
  }

  async #look(): Promise<void> {
    const progress = await socketProgress(this.#options.socket())
    if (this.#isStopped) return
    // The first look cannot compare. If no source tells the progress, silence alone counts.
    const isMoving = progress !== undefined && progress !== this.#progress
    this.#progress = progress
    this.#unchanged = isMoving ? 0 : this.#unchanged + 1
    if (this.#unchanged >= LOOKS) this.#options.onStall()
    else this.#watch = this.#arm()
  }
}
