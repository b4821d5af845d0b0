import type { FormField } from '../receive/form-field.ts'
import type { PublishedFile } from '../policy/delete-files.ts'
import type { StoredFile } from '../storage/stored-file.ts'

/** A file that a request brought, and what it became. */
export interface ReceivedFile {
  /** The name of the form field; absent where the file was the body itself. */
  readonly field?: string
  /** The name that the client gave. */
  readonly filename: string
  readonly stored: StoredFile
}

/** A file of the form that was not stored. */
export interface SkippedFile {
  /** The name of the form field. */
  readonly field: string
  /** The name that the client gave. */
  readonly filename: string
}

/** What a request left behind: every protocol ends in one. */
export interface Receipt {
  readonly files: readonly ReceivedFile[]
  /** The same files, for one who has to take them back. */
  readonly published: readonly PublishedFile[]
  /** The fields of a form, in order of arrival. */
  readonly fields: readonly FormField[]
  /** Files that were read and not stored, in order of arrival; absent if there are none. */
  readonly skipped?: readonly SkippedFile[]
}
