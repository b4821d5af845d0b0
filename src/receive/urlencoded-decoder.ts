import { UploadError } from '../errors/upload-error.ts'
import { FieldBytes } from './field-bytes.ts'
import type { FormLimits } from './form-limits.ts'
import type { FormField } from './form-field.ts'

const AMPERSAND = 0x26
/** What one byte may take at most: `%41`. */
const ENCODED = 3

/**
 * Decodes an `application/x-www-form-urlencoded` body (WHATWG URL section 5.1) pair by pair, so that the limits hold
 * while it arrives.
 */
export class UrlencodedDecoder {
  readonly #limits: FormLimits
  readonly #fields: FormField[] = []
  #pair: FieldBytes

  constructor(limits: FormLimits) {
    this.#limits = limits
    this.#pair = this.#newPair()
  }

  write(chunk: Uint8Array): undefined {
    let start = 0
    for (;;) {
      const end = chunk.indexOf(AMPERSAND, start)
      if (end === -1) break
      this.#pair.append(chunk.subarray(start, end))
      this.#endPair()
      start = end + 1
    }
    this.#pair.append(chunk.subarray(start))
  }

  end(): FormField[] {
    this.#endPair()
    return this.#fields
  }

  #newPair(): FieldBytes {
    return new FieldBytes('', (this.#limits.maxNameSize + this.#limits.maxFieldSize) * ENCODED)
  }

  #endPair(): void {
    const text = this.#pair.toText()
    this.#pair = this.#newPair()
    // WHATWG URL section 5.1: empty sequences between ampersands are no pairs.
    for (const [name, value] of new URLSearchParams(text)) {
      const { maxFields, maxFieldSize, maxNameSize } = this.#limits
      if (this.#fields.length >= maxFields) throw new UploadError('too-many-fields', { limit: maxFields })
      if (utf8Length(name) > maxNameSize) throw new UploadError('name-too-long', { limit: maxNameSize })
      if (utf8Length(value) > maxFieldSize)
        throw new UploadError('field-too-large', { limit: maxFieldSize, field: name })
      this.#fields.push([name, value])
    }
  }
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length
}
