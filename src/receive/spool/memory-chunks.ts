/** Bytes kept in memory: copied, since a view would keep the whole network chunk alive. */
export class MemoryChunks {
  #chunks: Uint8Array[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#chunks.push(bytes.slice())
    this.#size += bytes.length
  }

  /** Gives the bytes away. */
  take(): Uint8Array[] {
    const chunks = this.#chunks
    this.#chunks = []
    return chunks
  }

  async *stream(): AsyncGenerator<Uint8Array, void, undefined> {
    yield* this.#chunks
  }
}
