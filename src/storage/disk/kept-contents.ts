/** Contents of files in memory: the last ones that fit into so many bytes. */
export class KeptContents<File extends { readonly size: number }> {
  readonly #limit: number
  readonly #contents = new Map<File, Uint8Array>()
  #size = 0

  /** @param limit bytes of all of them together */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** @param content in memory that nothing else uses */
  keep(file: File, content: Uint8Array): void {
    this.forget(file)
    this.#contents.set(file, content)
    this.#size += file.size
    for (const [oldest] of this.#contents) {
      if (this.#size <= this.#limit) break
      this.forget(oldest)
    }
  }

  /** The whole content, in the memory that is kept: copy it for others. `undefined` if it is not kept. */
  of(file: File): Uint8Array | undefined {
    return this.#contents.get(file)
  }

  forget(file: File): void {
    if (this.#contents.delete(file)) this.#size -= file.size
  }
}
