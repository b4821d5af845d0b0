/** Bytes that came in several chunks, copied one behind the other. */
export class KeptBytes {
  #bytes = new Uint8Array(0)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Adds bytes. Returns memory that begins with all that is kept. */
  add(bytes: Uint8Array): Uint8Array {
    const size = this.#size + bytes.length
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(size, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#size))
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#size)
    this.#size = size
    return this.#bytes
  }

  /** A copy of all that is kept. */
  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#size)
  }

  /** Keeps nothing from now on; the memory is used again. */
  clear(): void {
    this.#size = 0
  }
}
