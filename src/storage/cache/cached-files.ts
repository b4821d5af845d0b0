import type { StorageEntry } from '../storage.ts'

/** A whole file in memory. */
export interface KeptContent {
  readonly entry: StorageEntry
  readonly content: Uint8Array
  /** Whether the stored file still has this content. */
  readonly isCurrent: () => boolean
  /** When the file was read, in milliseconds of `performance.now`. */
  readonly readAt: number
}

/** Bytes that a file takes besides its content: its entry, its key, and its function `isCurrent`. */
const OVERHEAD = 1024

/** The files that were added last, by their keys, as many as fit into the limit. */
export class KeptFiles {
  readonly #limit: number
  readonly #files = new Map<string, KeptContent>()
  #size = 0

  /** @param limit the most bytes of all files together */
  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: string): KeptContent | undefined {
    return this.#files.get(key)
  }

  set(key: string, file: KeptContent): void {
    this.delete(key)
    this.#files.set(key, file)
    this.#size += sizeOf(file)
    for (const [oldest] of this.#files) {
      if (this.#size <= this.#limit) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const file = this.#files.get(key)
    if (file !== undefined) this.#size -= sizeOf(file)
    this.#files.delete(key)
  }
}

function sizeOf({ content }: KeptContent): number {
  return content.byteLength + OVERHEAD
}
