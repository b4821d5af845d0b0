import type { StorageEntry } from '../storage.ts'

/** A whole file in memory. */
export interface CachedFile {
  readonly entry: StorageEntry
  readonly content: Uint8Array
  /** Whether the stored file still has this content. */
  readonly isCurrent: () => boolean
  /** When the file was read, in milliseconds of `performance.now`. */
  readonly readAt: number
}

/** Bytes that a file takes besides its content: its entry, its key, and its function `isCurrent`. */
const OVERHEAD = 1024

/** The files that were read last, by their keys, as many as fit into the limit. */
export class CachedFiles {
  readonly #maxBytes: number
  readonly #maxAgeMs: number
  /** The file that was read first comes first. */
  readonly #files = new Map<string, CachedFile>()
  #size = 0

  /**
   * @param maxBytes the most bytes of all files together
   * @param maxAgeMs the milliseconds after which a file must be read again
   */
  constructor(maxBytes: number, maxAgeMs: number) {
    this.#maxBytes = maxBytes
    this.#maxAgeMs = maxAgeMs
  }

  /** @param now the time, in milliseconds of `performance.now` */
  get(key: string, now: number): CachedFile | undefined {
    const file = this.#files.get(key)
    if (file === undefined || !this.#isOld(file, now)) return file
    this.delete(key)
    return undefined
  }

  /** Also removes old files, so that files that nothing asks for do not stay in memory. */
  set(key: string, file: CachedFile): void {
    this.delete(key)
    this.#files.set(key, file)
    this.#size += sizeOf(file)
    for (const [oldest, other] of this.#files) {
      if (this.#size <= this.#maxBytes && !this.#isOld(other, file.readAt)) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const file = this.#files.get(key)
    if (file !== undefined) this.#size -= sizeOf(file)
    this.#files.delete(key)
  }

  clear(): void {
    this.#files.clear()
    this.#size = 0
  }

  #isOld({ readAt }: CachedFile, now: number): boolean {
    return now - readAt >= this.#maxAgeMs
  }
}

function sizeOf({ content }: CachedFile): number {
  return content.byteLength + OVERHEAD
}
