/** Keeps a copy of the first bytes that pass by. */
export class FirstBytes {
  readonly #bytes: Uint8Array
  #size = 0

  /** @param limit how many */
  constructor(limit: number) {
    this.#bytes = new Uint8Array(limit)
  }

  append(bytes: Uint8Array): void {
    const room = this.#bytes.length - this.#size
    if (room === 0) return
    const first = bytes.subarray(0, room)
    this.#bytes.set(first, this.#size)
    this.#size += first.length
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }
}
