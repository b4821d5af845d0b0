import type { CreatedAnswer } from '../handler/file-answer.ts'
import { ProgressMeter } from './progress-meter.ts'
import type { UploadProgress } from './progress-meter.ts'
import type { UploadOptions } from './upload.ts'
import { PAGE_FAILED, UploadProblem } from './upload-problem.ts'

/** A file under another name than its own, such as its path in a dropped folder: `trip/day-1/a.jpg`. */
export interface NamedFile {
  readonly file: File
  readonly name: string
}

/** A file in a queue; another object each time, even for the same file. */
export interface QueuedUpload extends NamedFile {
  /** The name of the file. If it was chosen with its folder, its path from that folder. */
  readonly name: string
}

/** The state of an upload in a queue. */
export type UploadState =
  | { readonly at: 'waiting' }
  | { readonly at: 'sending'; readonly progress: UploadProgress }
  /** The connection broke. The file is sent again from its beginning after `delayMs`. */
  | { readonly at: 'interrupted'; readonly delayMs: number }
  /** All bytes have left, and the server has not answered yet. */
  | { readonly at: 'checking' }
  /** `reason` is a sentence. `problem` is absent if the file was not sent at all. */
  | { readonly at: 'refused'; readonly reason: string; readonly canRetry: boolean; readonly problem?: UploadProblem }
  | { readonly at: 'stored'; readonly answer: CreatedAnswer }
  | { readonly at: 'cancelled' }

/** Options of `UploadQueue`: how files are sent, and what the page learns. */
export interface UploadQueueOptions {
  /** Sends one file: calls `upload` with these options. */
  readonly send: (
    upload: QueuedUpload,
    options: Required<Pick<UploadOptions, 'onProgress' | 'onRetry' | 'signal'>>,
  ) => Promise<CreatedAnswer>
  /** Called with each state of an upload as it is reached, the first one included. */
  readonly onChange: (upload: QueuedUpload, state: UploadState) => void
  /** The sentence for a file that is not to be sent at all. Default: each file is sent. */
  readonly refuse?: (upload: QueuedUpload) => string | undefined
  /** Uploads at a time. Default: 3. */
  readonly concurrency?: number
}

/** A running upload. */
interface Run {
  readonly controller: AbortController
  /** Bytes of the body that have left, of `total`. */
  loaded: number
  total: number
}

/** Sends files a few at a time, in the order in which they were added. */
export class UploadQueue {
  readonly #options: UploadQueueOptions
  readonly #waiting = new Set<QueuedUpload>()
  readonly #running = new Map<QueuedUpload, Run>()
  #meter = new ProgressMeter()
  /** Bytes that have left since the queue was last at rest, with those that were sent in vain. */
  #sent = 0
  /** Bytes of all files since then. Refused and cancelled files do not count. */
  #total = 0
  #stored = 0

  constructor(options: UploadQueueOptions) {
    this.#options = options
  }

  /** True while a file is on its way or waits for its turn. */
  get isBusy(): boolean {
    return this.#waiting.size + this.#running.size > 0
  }

  /** The progress of all files together since the queue was last at rest, in bytes of the files. */
  get progress(): UploadProgress {
    let loaded = this.#stored
    for (const [{ file }, run] of this.#running) loaded += file.size * (run.loaded / run.total)
    return this.#meter.read(loaded, this.#total, performance.now())
  }

  /** Adds files. Each is sent as soon as there is room for it, or refused at once. */
  add(files: Iterable<File | NamedFile>): QueuedUpload[] {
    if (!this.isBusy) {
      this.#total = this.#stored = this.#sent = 0
      this.#meter = new ProgressMeter()
    }
    const added = Array.from(files, (each) =>
      each instanceof File
        ? { file: each, name: each.webkitRelativePath || each.name }
        : { file: each.file, name: each.name },
    )
    for (const upload of added) {
      const reason = this.#options.refuse?.(upload)
      if (reason === undefined) {
        this.#waiting.add(upload)
        this.#total += upload.file.size
        this.#tell(upload, { at: 'waiting' })
      } else this.#tell(upload, { at: 'refused', reason, canRetry: false })
    }
    this.#advance()
    return added
  }

  /** Stops an upload or removes it from the queue; harmless once it is over. */
  cancel(upload: QueuedUpload): void {
    const run = this.#running.get(upload)
    if (this.#waiting.delete(upload) || this.#running.delete(upload)) this.#leave(upload, { at: 'cancelled' })
    run?.controller.abort()
  }

  /** Stops all uploads, and empties the queue. */
  cancelAll(): void {
    // Those that wait first: otherwise they would begin as soon as there is room.
    for (const upload of [...this.#waiting, ...this.#running.keys()]) this.cancel(upload)
  }

  #advance(): void {
    for (const upload of this.#waiting) {
      if (this.#running.size >= (this.#options.concurrency ?? 3)) return
      this.#waiting.delete(upload)
      void this.#send(upload)
    }
  }

  async #send(upload: QueuedUpload): Promise<void> {
    // The size of the body is told with the first bytes that leave.
    const run: Run = { controller: new AbortController(), loaded: 0, total: upload.file.size || 1 }
    this.#running.set(upload, run)
    this.#tell(upload, { at: 'sending', progress: { loaded: 0, total: run.total } })
    try {
      const answer = await this.#options.send(upload, {
        signal: run.controller.signal,
        onProgress: (progress) => this.#follow(upload, run, progress),
        onRetry: (_, delayMs) => {
          run.loaded = 0
          if (this.#running.has(upload)) this.#tell(upload, { at: 'interrupted', delayMs })
        },
      })
      if (!this.#running.delete(upload)) return
      this.#stored += upload.file.size
      this.#tell(upload, { at: 'stored', answer })
      this.#advance()
    } catch (error) {
      // Cancelled.
      if (!this.#running.delete(upload)) return
      this.#leave(upload, toRefused(error))
    }
  }

  #follow(upload: QueuedUpload, run: Run, progress: UploadProgress): void {
    if (!this.#running.has(upload)) return
    const { loaded, total } = progress
    const wasSent = run.loaded === run.total
    this.#sent += Math.max(0, loaded - run.loaded)
    run.loaded = loaded
    run.total = total
    this.#meter.report(this.#sent, performance.now())
    if (loaded === total) {
      if (!wasSent) this.#tell(upload, { at: 'checking' })
    } else this.#tell(upload, { at: 'sending', progress })
  }

  /** A mistake in the page must not keep the other files waiting. */
  #tell(upload: QueuedUpload, state: UploadState): void {
    try {
      this.#options.onChange(upload, state)
    } catch (error) {
      reportError(error)
    }
  }

  #leave(upload: QueuedUpload, state: UploadState): void {
    this.#total -= upload.file.size
    this.#tell(upload, state)
    this.#advance()
  }
}

function toRefused(error: unknown): UploadState {
  if (error instanceof UploadProblem)
    return { at: 'refused', reason: error.message, canRetry: error.canRetry, problem: error }
  // A mistake in the page: the developer learns of it, and the file keeps no other waiting.
  reportError(error)
  return { at: 'refused', reason: PAGE_FAILED, canRetry: false }
}
