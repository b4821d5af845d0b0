/** Contents of files in memory: the last ones that fit into so many bytes. */
export class KeptContents<File extends { readonly size: number }> {
  readonly #limit: number
  readonly #contents = new Map<File, Uint8Array>()
  #size = 0

  /** @param limit bytes of all of them together */
  constructor(limit: number) {
    this.#limit = limit
  }

  keep(file: File, content: Uint8Array): void {
    this.forget(file)
    this.#contents.set(file, content)
    this.#size += file.size
    for (const [oldest] of this.#contents) {
      if (this.#size <= this.#limit) break
      this.forget(oldest)
    }
  }

  /** The whole content; `undefined` where it is not kept. */
  of(file: File): Uint8Array | undefined {
    const content = this.#contents.get(file)
    // Whoever was given it may have transferred its memory to a worker.
    return content?.length === file.size ? content : undefined
  }

  forget(file: File): void {
    if (this.#contents.delete(file)) this.#size -= file.size
  }
}
