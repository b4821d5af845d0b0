import { UploadError } from '../errors/upload-error.ts'
import type { CheckedFile } from '../policy/checked-file.ts'
import type { FileInspection } from '../policy/file-inspection.ts'
import type { FileHead, FileSink } from './read-form.ts'
import type { SpooledFile } from './spool/spool.ts'
import { UploadedFile } from './uploaded-file.ts'

export interface ReceivedFileOptions {
  readonly head: FileHead
  readonly content: SpooledFile
  readonly maxFileSize: number
  /** The policy of the set that has to accept the file; `undefined` if every file is taken. */
  readonly inspection: FileInspection | undefined
}

/** A file of a form on its way into the spool. */
export class ReceivedFile implements FileSink {
  readonly #head: FileHead
  readonly #content: SpooledFile
  readonly #maxFileSize: number
  readonly #inspection: FileInspection | undefined
  #accepted: Pick<CheckedFile, 'type' | 'digest'> | undefined

  constructor({ head, content, maxFileSize, inspection }: ReceivedFileOptions) {
    this.#head = head
    this.#content = content
    this.#maxFileSize = maxFileSize
    this.#inspection = inspection
  }

  get field(): string {
    return this.#head.field
  }

  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined {
    if (this.#content.size + bytes.length > this.#maxFileSize) {
      const { field, filename } = this.#head
      throw new UploadError('file-too-large', { limit: this.#maxFileSize, filename, field })
    }
    // Before the spool: it may take the memory of given bytes away.
    this.#inspection?.append(bytes)
    return this.#content.append(bytes, isGiven)
  }

  end(): Promise<void> | undefined {
    return this.#inspection === undefined ? this.#content.finish() : this.#inspect(this.#inspection)
  }

  /** Call it when the whole form has been read. */
  toUploadedFile(): UploadedFile {
    return new UploadedFile(this.#head, this.#content, this.#accepted)
  }

  async #inspect(inspection: FileInspection): Promise<void> {
    inspection.checkSize()
    await this.#content.finish()
    this.#accepted = await inspection.inspect(this.#content)
  }
}
