import { UploadError } from '../errors/upload-error.ts'
import { MultiMap } from './multi-map.ts'
import type { UploadedFile } from './uploaded-file.ts'

/** The files of a form, in order of arrival. */
export class UploadedFiles extends MultiMap<UploadedFile> {
  readonly #isUrlencoded: boolean

  /** `isUrlencoded`: the form was sent in an encoding that has no files. */
  constructor(entries: Iterable<readonly [string, UploadedFile]>, isUrlencoded: boolean) {
    super(entries)
    this.#isUrlencoded = isUrlencoded
  }

  /**
   * The file that was chosen in the control called `name`.
   *
   * @throws {UploadError} `missing-file` where the form has no such file, with a hint where it forgot its enctype;
   *   `no-file-selected` where nothing was chosen.
   */
  required(name: string): UploadedFile {
    const file = this.getAll(name).find((each) => each.name !== '')
    if (file !== undefined) return file
    if (this.has(name)) throw new UploadError('no-file-selected', { field: name })
    const hint = this.#isUrlencoded ? { hint: 'The form was sent without enctype="multipart/form-data".' } : {}
    throw new UploadError('missing-file', { field: name, ...hint })
  }
}
