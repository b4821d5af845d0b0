import type { UploadError } from '../errors/upload-error.ts'
import { GrowingBytes } from './spool/growing-bytes.ts'

/** The bytes of one field, up to a limit. */
export class FieldBytes {
  readonly #limit: number
  readonly #tooLarge: () => UploadError
  readonly #bytes: GrowingBytes

  /** `tooLarge` makes the refusal of a field of more than `limit` bytes. */
  constructor(limit: number, tooLarge: () => UploadError) {
    this.#limit = limit
    this.#tooLarge = tooLarge
    this.#bytes = new GrowingBytes(limit)
  }

  get size(): number {
    return this.#bytes.size
  }

  /** @throws {UploadError} if it would have more than its limit. */
  append(bytes: Uint8Array): void {
    if (this.#bytes.size + bytes.length > this.#limit) throw this.#tooLarge()
    this.#bytes.append(bytes)
  }

  join(): Uint8Array {
    return this.#bytes.view()
  }
}
