import type { FormField } from '../receive/form-field.ts'
import type { PublishedFile } from '../policy/delete-files.ts'
import type { StoredFile } from '../storage/stored-file.ts'

/** A file of a request, and its stored file. */
export interface ReceivedFile {
  /** The name of the form field; absent if the file was the body itself. */
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

/** The result of a request: every protocol returns one. */
export interface Receipt {
  readonly files: readonly ReceivedFile[]
  /** The same files, with which a caller can take them back. */
  readonly published: readonly PublishedFile[]
  /** The fields of a form, in order of arrival. */
  readonly fields: readonly FormField[]
  /** Files that were read and not stored, in order of arrival; absent if there are none. */
  readonly skipped?: readonly SkippedFile[]
  /** The result of the application's own work in the transaction; absent if there is none. */
  readonly result?: unknown
}
