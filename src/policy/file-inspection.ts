import { createHasher } from '#digest'
import { toDigestField } from '../digest/digest-field.ts'
import type { DigestAlgorithm, Hasher } from '../digest/hasher.ts'
import { UploadError } from '../errors/upload-error.ts'
import { HEAD_SIZE } from '../media/real-type.ts'
import type { SealedDraft } from '../storage/draft.ts'
import type { FileRecord } from '../storage/storage-entry.ts'
import { FirstBytes } from './first-bytes.ts'
import { inspect } from './inspection.ts'
import type { Inspection, WholeFile } from './inspection.ts'
import { fieldOf } from './upload-head.ts'
import type { UploadHead } from './upload-head.ts'

/** The decisions of a set about the content of a file that it admits, wherever its bytes go. */
export interface FileRules {
  readonly head: UploadHead
  /** The record of the file, as its name and the client tell it. */
  readonly record: FileRecord
  readonly maxFileSize: number
  readonly minFileSize: number
  readonly inspection: Inspection
  /** The digest to record; `undefined` for none. */
  readonly digest: DigestAlgorithm | undefined
}

/**
 * The policy of a set on the bytes of one file. It sees them as they arrive, and does not keep them. A draft has an
 * inspection, and so has a file that is only accepted.
 */
export class FileInspection {
  readonly #rules: FileRules
  readonly #firstBytes = new FirstBytes()
  readonly #hasher: Hasher | undefined
  #size = 0
  #early: Promise<FileRecord> | undefined

  constructor(rules: FileRules) {
    this.#rules = rules
    if (rules.digest !== undefined) this.#hasher = createHasher(rules.digest)
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size
  }

  /**
   * Takes the next bytes into account.
   *
   * @throws {UploadError} `file-too-large` at the first byte over the limit.
   */
  append(bytes: Uint8Array): void {
    const { maxFileSize: limit, head } = this.#rules
    this.#size += bytes.length
    if (this.#size > limit) {
      throw new UploadError('file-too-large', { limit, filename: head.filename, ...fieldOf(head) })
    }
    this.#firstBytes.append(bytes)
    this.#hasher?.update(bytes)
  }

  /**
   * Takes a whole file into account, instead of `append`. It reads as much of the file as the policy needs.
   *
   * @throws {UploadError} as `append`.
   */
  async read(file: Pick<SealedDraft, 'size' | 'stream'>): Promise<void> {
    const end = this.#hasher === undefined ? Math.min(file.size, HEAD_SIZE) : file.size
    for await (const bytes of file.stream(0, end)) this.append(bytes)
    this.#size = file.size
  }

  /**
   * To be called after the last byte.
   *
   * @throws {UploadError} `file-too-small`.
   */
  checkSize(): void {
    const { minFileSize: limit, head } = this.#rules
    if (this.#size >= limit) return
    throw new UploadError('file-too-small', { limit, filename: head.filename, ...fieldOf(head) })
  }

  /** True if the first bytes decide the record: the set has no checks, and takes no digest. */
  get isDecidedByHead(): boolean {
    return this.#hasher === undefined && this.#rules.inspection.checks.length === 0
  }

  /**
   * The record of a file that `isDecidedByHead`, when its first `HEAD_SIZE` bytes are there. `inspect` does not look at
   * the content again then.
   *
   * @throws {UploadError} `type-mismatch`, and so does `inspect`.
   */
  inspectHead(): Promise<FileRecord> {
    this.#early ??= this.#inspect({ size: this.#size, stream: notRead })
    return this.#early
  }

  /**
   * Compares the content with the name, and runs the checks of the set on the whole file. Returns the record, with the
   * proven type and the digest.
   *
   * @throws {UploadError} `type-mismatch`, and the errors of checks.
   */
  async inspect(file: WholeFile): Promise<FileRecord> {
    try {
      return await (this.#early ?? this.#inspect(file))
    } finally {
      this.#firstBytes.release()
    }
  }

  #inspect(file: WholeFile): Promise<FileRecord> {
    const { head, inspection } = this.#rules
    const record = { ...this.#rules.record, ...this.#digest() }
    return inspect(inspection, { head, record, file, firstBytes: this.#firstBytes.bytes })
  }

  #digest(): { digest?: string } {
    const { digest: algorithm } = this.#rules
    if (algorithm === undefined || this.#hasher === undefined) return {}
    return { digest: toDigestField(algorithm, this.#hasher.digest()) }
  }
}

/** The bytes of a file without checks. */
function notRead(): AsyncIterable<Uint8Array> {
  throw new TypeError('Only checks read the whole file.')
}
