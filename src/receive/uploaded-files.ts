import { MEDIA_TYPE_HINTS } from '../errors/media-type-hints.ts'
import { NO_FILENAME_HINTS } from '../errors/no-filename-hints.ts'
import { UploadError } from '../errors/upload-error.ts'
import { MultiMap } from './multi-map.ts'
import type { UploadedFile } from './uploaded-file.ts'

/** Facts about a form that may explain why a file is missing. */
interface FormWithFiles {
  /** The form was sent in an encoding without files. */
  readonly isUrlencoded: boolean
  readonly fields: Pick<MultiMap<string>, 'has'>
}

/** The files of a form, in order of arrival. */
export class UploadedFiles extends MultiMap<UploadedFile> {
  readonly #form: FormWithFiles

  constructor(entries: Iterable<readonly [string, UploadedFile]>, form: FormWithFiles) {
    super(entries)
    this.#form = form
  }

  /**
   * The file that was chosen in the control called `name`.
   *
   * @throws {UploadError} `missing-file` if the form has no such file, with a hint if its enctype or the filename of
   *   the part is missing. `no-file-selected` if no file was chosen.
   */
  required(name: string): UploadedFile {
    const file = this.getAll(name).find((each) => each.name !== '')
    if (file !== undefined) return file
    if (this.has(name)) throw new UploadError('no-file-selected', { field: name })
    const hint = this.#missingHint(name)
    throw new UploadError('missing-file', { field: name, ...(hint !== undefined && { hint }) })
  }

  #missingHint(name: string): string | undefined {
    const { isUrlencoded, fields } = this.#form
    if (isUrlencoded) return MEDIA_TYPE_HINTS.missingFile
    return fields.has(name) ? NO_FILENAME_HINTS.field : undefined
  }
}
