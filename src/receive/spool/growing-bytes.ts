/** Bytes of a chunk that is handed out. */
const CHUNK_SIZE = 64 * 1024

const NOTHING = new Uint8Array(0)

/**
 * Bytes kept in memory. They are copied, since a view would keep the whole network chunk alive. They are in one piece:
 * a million chunks of one byte would take a hundred times their size.
 */
export class GrowingBytes {
  readonly #limit: number
  #bytes = NOTHING
  #size = 0

  /** `limit`: the most bytes that will ever be appended; no more memory than that is taken. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#size
  }

  /** Bytes of memory that are taken now. */
  get capacity(): number {
    return this.#bytes.length
  }

  /** Bytes of memory that will be taken once `bytes` are appended. */
  capacityWith(bytes: Uint8Array): number {
    const size = this.#size + bytes.length
    if (this.#size === 0) return size
    return size <= this.#bytes.length ? this.#bytes.length : Math.max(size, Math.min(this.#limit, this.#size * 2))
  }

  append(bytes: Uint8Array): void {
    const size = this.#size + bytes.length
    if (this.#size === 0) {
      // The first time exactly as many as came: most fields come in one piece.
      this.#bytes = new Uint8Array(bytes)
      this.#size = size
      return
    }
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(this.capacityWith(bytes))
      larger.set(this.view())
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#size)
    this.#size = size
  }

  /** The bytes themselves, valid until the next are appended. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  /** Copies of the bytes, so that their reader may change them. */
  *chunks(): Generator<Uint8Array, void, undefined> {
    for (let at = 0; at < this.#size; at += CHUNK_SIZE) {
      yield this.#bytes.slice(at, Math.min(at + CHUNK_SIZE, this.#size))
    }
  }
}
