import type { Answer, AnsweredFile } from './answer.ts'
import type { PostOptions } from './post-file.ts'

/** The state of an upload. */
export type UploadState =
  | { readonly at: 'waiting' }
  /** `share` of the bytes were sent, from 0 to 1. */
  | { readonly at: 'sending'; readonly share: number }
  /** All bytes were sent, and the server has not answered yet. */
  | { readonly at: 'checking' }
  | { readonly at: 'refused'; readonly reason: string; readonly retry: boolean }
  | { readonly at: 'stored'; readonly files: readonly AnsweredFile[] }
  | { readonly at: 'cancelled' }

/** A file that a person chose; another object each time, even for the same file. */
export interface Upload {
  readonly file: File
}

export interface UploadQueueOptions {
  /** The sentence for a file that is refused before it is sent. */
  readonly refuse: (file: File) => string | undefined
  /** Sends one file; `undefined` after the signal aborted. Never rejects. */
  readonly send: (file: File, options: PostOptions) => Promise<Answer | undefined>
  /** Called with each state of an upload as it is reached, the first one included. */
  readonly onChange: (upload: Upload, state: UploadState) => void
  /** Uploads at a time. Default: 3. */
  readonly width?: number
}

/** Sends files a few at a time, in the order in which they were chosen. */
export class UploadQueue {
  readonly #options: UploadQueueOptions
  readonly #waiting = new Set<Upload>()
  readonly #running = new Map<Upload, { readonly controller: AbortController; share: number }>()
  /** Bytes since the queue was last at rest. Refused and cancelled files do not count. */
  #total = 0
  #stored = 0

  constructor(options: UploadQueueOptions) {
    this.#options = options
  }

  /** True while a file is on its way or waits for its turn. */
  get isBusy(): boolean {
    return this.#waiting.size + this.#running.size > 0
  }

  /** The share of all bytes that were sent, from 0 to 1, since the queue was last at rest. */
  get share(): number {
    let sent = this.#stored
    for (const [{ file }, { share }] of this.#running) sent += file.size * share
    return this.#total === 0 ? 0 : sent / this.#total
  }

  /** Sends each file as soon as there is room for it, or refuses it at once. */
  add(files: Iterable<File>): void {
    if (!this.isBusy) this.#total = this.#stored = 0
    for (const file of files) {
      const upload = { file }
      const reason = this.#options.refuse(file)
      if (reason === undefined) {
        this.#waiting.add(upload)
        this.#total += file.size
        this.#options.onChange(upload, { at: 'waiting' })
      } else this.#options.onChange(upload, { at: 'refused', reason, retry: false })
    }
    this.#advance()
  }

  /** Stops an upload or removes it from the queue; harmless once it is over. */
  cancel(upload: Upload): void {
    this.#running.get(upload)?.controller.abort()
    if (this.#waiting.delete(upload) || this.#running.delete(upload)) this.#leave(upload, { at: 'cancelled' })
  }

  #advance(): void {
    for (const upload of this.#waiting) {
      if (this.#running.size >= (this.#options.width ?? 3)) return
      this.#waiting.delete(upload)
      void this.#send(upload)
    }
  }

  async #send(upload: Upload): Promise<void> {
    const run = { controller: new AbortController(), share: 0 }
    this.#running.set(upload, run)
    this.#options.onChange(upload, { at: 'sending', share: 0 })
    const answer = await this.#options.send(upload.file, {
      signal: run.controller.signal,
      onProgress: (share) => {
        if (!this.#running.has(upload) || share === run.share) return
        run.share = share
        this.#options.onChange(upload, share < 1 ? { at: 'sending', share } : { at: 'checking' })
      },
    })
    if (answer === undefined || !this.#running.delete(upload)) return
    if ('refused' in answer) this.#leave(upload, { at: 'refused', reason: answer.refused, retry: answer.retry })
    else {
      this.#stored += upload.file.size
      this.#options.onChange(upload, { at: 'stored', files: answer.stored })
      this.#advance()
    }
  }

  #leave(upload: Upload, state: UploadState): void {
    this.#total -= upload.file.size
    this.#options.onChange(upload, state)
    this.#advance()
  }
}
