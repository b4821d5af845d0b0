import { UploadError } from '../errors/upload-error.ts'

/** The bytes of one field, copied out of the network's chunks, which they would keep alive. */
export class FieldBytes {
  readonly #name: string
  readonly #limit: number
  #bytes = new Uint8Array(0)
  #size = 0

  constructor(name: string, limit: number) {
    this.#name = name
    this.#limit = limit
  }

  /** @throws {UploadError} `field-too-large` where it would have more than `limit` bytes. */
  append(bytes: Uint8Array): void {
    const size = this.#size + bytes.length
    if (size > this.#limit) throw new UploadError('field-too-large', { limit: this.#limit, field: this.#name })
    if (size > this.#bytes.length) {
      // The first time exactly as many as there are: most fields come in one piece.
      const larger = new Uint8Array(this.#size === 0 ? size : Math.min(this.#limit, Math.max(size, this.#size * 2)))
      larger.set(this.#bytes.subarray(0, this.#size))
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#size)
    this.#size = size
  }

  join(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  /** As UTF-8; what is none becomes U+FFFD. */
  toText(): string {
    return new TextDecoder().decode(this.join())
  }
}
