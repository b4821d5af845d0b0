/** Bytes of the smallest and of the largest piece of memory that is allocated at once. */
const SMALLEST_BLOCK = 1024
const LARGEST_BLOCK = 1024 * 1024
/** Bytes of the largest chunk that a reader gets. */
const CHUNK_SIZE = 256 * 1024

/**
 * Copies of bytes. Bytes from a network are often a small part of a much larger buffer. A copy does not keep that
 * buffer alive, and other code cannot change it.
 */
export class ByteChunks {
  #blocks: Uint8Array[] = []
  /** Bytes of the last block that are used. */
  #used = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.byteLength > 0) {
      const last = this.#blocks.at(-1)
      const free = last === undefined ? 0 : last.byteLength - this.#used
      if (last === undefined || free === 0) {
        // Blocks grow with the size, so there are few of them, and less than half of the memory is unused.
        this.#blocks.push(new Uint8Array(Math.min(Math.max(this.#size, SMALLEST_BLOCK), LARGEST_BLOCK)))
        this.#used = 0
        continue
      }
      const piece = rest.subarray(0, free)
      last.set(piece, this.#used)
      this.#used += piece.byteLength
      this.#size += piece.byteLength
      rest = rest.subarray(piece.byteLength)
    }
  }

  /** Goes back to the first `size` bytes. */
  truncate(size: number): void {
    const kept = [...this.#pieces(0, size)]
    this.#blocks = []
    this.#used = 0
    this.#size = 0
    for (const piece of kept) this.append(piece)
  }

  /** Frees the unused memory. */
  trim(): void {
    const last = this.#blocks.pop()
    if (last !== undefined) this.#blocks.push(last.slice(0, this.#used))
  }

  /** The bytes from `start` up to but not including `end`, as copies. */
  async *stream(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (const piece of this.#pieces(start, end)) {
      for (let offset = 0; offset < piece.byteLength; offset += CHUNK_SIZE)
        yield piece.slice(offset, offset + CHUNK_SIZE)
    }
  }

  *#pieces(start: number, end: number): Generator<Uint8Array> {
    let position = 0
    for (const block of this.#blocks) {
      if (position >= end) return
      const piece = block.subarray(Math.max(start - position, 0), end - position)
      if (piece.byteLength > 0) yield piece
      position += block.byteLength
    }
  }
}
