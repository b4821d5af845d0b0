import { UploadError } from '../errors/upload-error.ts'
import type { FileSink } from './read-form.ts'

/** A file input in which nothing was chosen. Browsers send it without bytes. */
export class EmptyInput implements FileSink {
  append(): never {
    throw new UploadError('malformed-body', { reason: 'a file has bytes but no name' })
  }

  end(): undefined {}
}
