import { UploadError } from '../errors/upload-error.ts'
import { decodeFieldText } from '../multipart/field-text.ts'
import { parseFormCharset } from '../multipart/form-charset.ts'
import { namesCharset } from '../multipart/text.ts'
import { FieldBytes } from './field-bytes.ts'
import type { FormField, FormText } from './form-field.ts'
import type { FormLimits } from './form-limits.ts'

const PERCENT = 0x25
const AMPERSAND = 0x26
const PLUS = 0x2b
const EQUALS = 0x3d
const SPACE = 0x20
/** The most bytes that encode one byte: `%41`. */
const ENCODED = 3

/**
 * Decodes an `application/x-www-form-urlencoded` body (WHATWG URL section 5.1) pair by pair, so that the limits hold
 * while it arrives. Bytes that are not UTF-8 are read as in the other kind of form.
 */
export class UrlencodedDecoder {
  readonly #limits: FormLimits
  #size = 0
  readonly #pairs: { readonly name: Uint8Array; readonly value: Uint8Array }[] = []
  #name: FieldBytes
  /** Absent until the first `=` of the pair. */
  #value: FieldBytes | undefined

  constructor(limits: FormLimits) {
    this.#limits = limits
    this.#name = this.#newName()
  }

  write(chunk: Uint8Array): undefined {
    let start = 0
    while (start < chunk.length) {
      // One pair for each ampersand of a long run would take a second for a mebibyte of them.
      if (chunk[start] === AMPERSAND && this.#isBetweenPairs) {
        this.#count(1)
        start += 1
        continue
      }
      const end = chunk.indexOf(AMPERSAND, start)
      if (end === -1) {
        this.#append(chunk.subarray(start))
        return
      }
      this.#append(chunk.subarray(start, end))
      this.#endPair()
      start = end + 1
    }
  }

  end(): FormText {
    this.#endPair()
    // HTML makes browsers put the form's charset into a field of this name, here as in multipart/form-data.
    const pair = this.#pairs.find(({ name, value }) => toText(name) === '_charset_' && namesCharset(toText(value)))
    const charset = pair === undefined ? undefined : toText(pair.value)
    // In UTF-16 even the name of this field would be another one.
    if (charset !== undefined) parseFormCharset(charset)
    const fields = this.#pairs.map(({ name, value }): FormField => [toText(name, charset), toText(value, charset)])
    return { fields, charset }
  }

  #append(bytes: Uint8Array): void {
    if (this.#value !== undefined) {
      this.#value.append(bytes)
      return
    }
    const equals = bytes.indexOf(EQUALS)
    this.#name.append(equals === -1 ? bytes : bytes.subarray(0, equals))
    if (equals === -1) return
    this.#value = new FieldBytes(this.#limits.maxFieldSize * ENCODED, () => this.#valueTooLarge())
    this.#value.append(bytes.subarray(equals + 1))
  }

  #newName(): FieldBytes {
    return new FieldBytes(this.#limits.maxNameSize * ENCODED, () => this.#nameTooLong())
  }

  #endPair(): void {
    const name = decode(this.#name.join())
    const value = decode(this.#value?.join() ?? new Uint8Array(0))
    // An empty text between two ampersands is not a pair; a lone `=` is one.
    if (name.length > 0 || this.#value !== undefined) this.#keep(name, value)
    this.#name = this.#newName()
    this.#value = undefined
  }

  #keep(name: Uint8Array, value: Uint8Array): void {
    const { maxFields, maxFieldSize, maxNameSize } = this.#limits
    if (this.#pairs.length >= maxFields) throw new UploadError('too-many-fields', { limit: maxFields })
    if (name.length > maxNameSize) throw this.#nameTooLong()
    if (value.length > maxFieldSize) throw this.#valueTooLarge()
    this.#count(name.length + value.length)
    this.#pairs.push({ name, value })
  }

  /** No byte of the next pair has come. */
  get #isBetweenPairs(): boolean {
    return this.#value === undefined && this.#name.size === 0
  }

  /** Counts bytes towards the limit of all fields together. */
  #count(size: number): void {
    const { maxFieldsSize: limit } = this.#limits
    this.#size += size
    if (this.#size > limit) throw new UploadError('fields-too-large', { limit })
  }

  #nameTooLong(): UploadError {
    return new UploadError('name-too-long', { limit: this.#limits.maxNameSize })
  }

  #valueTooLarge(): UploadError {
    const field = toText(decode(this.#name.join()))
    return new UploadError('field-too-large', { limit: this.#limits.maxFieldSize, field })
  }
}

/**
 * Undoes the percent-encoding; a `%` without two digits after it stands for itself. The result shares nothing with
 * `bytes`.
 */
function decode(bytes: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(bytes.length)
  let size = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    const value = byte === PERCENT ? hexadecimal(bytes, at + 1) : undefined
    if (value !== undefined) at += 2
    decoded[size] = value ?? (byte === PLUS ? SPACE : byte)
    size += 1
  }
  return decoded.slice(0, size)
}

/** The byte that two digits stand for; `undefined` if they are not both there. */
function hexadecimal(bytes: Uint8Array, at: number): number | undefined {
  const high = digit(bytes[at])
  const low = digit(bytes[at + 1])
  return high === undefined || low === undefined ? undefined : high * 16 + low
}

function digit(byte = 0): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  // Bit 5 tells `a` from `A`.
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}

function toText(bytes: Uint8Array, charset?: string): string {
  return decodeFieldText(bytes, { charset: undefined }, charset)
}
