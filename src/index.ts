/**
 * Receive files from a form, keep them under a policy, and name them safely.
 *
 * @module
 */
export type { FileLimit } from './errors/file-limit.ts'
export { isUploadError, UploadError } from './errors/upload-error.ts'
export type { AnyUploadError, UploadErrorOptions } from './errors/upload-error.ts'
export type {
  FormError,
  FormErrorCode,
  FormErrorDetails,
  FormErrorHead,
  FormErrorMembers,
  RefusedDetails,
  UploadErrorCode,
  UploadErrorDetails,
} from './errors/upload-error-details.ts'
export { toUploadError } from './errors/to-upload-error.ts'
export { toProblem } from './errors/problem.ts'
export type { Problem, ProblemHead } from './errors/problem.ts'
export type { OwnSentence, Refusal, RefusalCode, Sentences, SentenceTable } from './errors/sentences.ts'
export { receive } from './receive/receive.ts'
export type { ReceiveOptions, Upload } from './receive/receive.ts'
export type { AcceptedSets } from './receive/accepted-files.ts'
export { parts } from './receive/parts.ts'
export type { PartsOptions } from './receive/parts.ts'
export type { ArrivingField, ArrivingFile, ArrivingPart, Part } from './receive/part.ts'
export type { MultiMap } from './receive/multi-map.ts'
export type { UploadedFile } from './receive/uploaded-file.ts'
export type { UploadedFiles } from './receive/uploaded-files.ts'
export type { SaveFileOptions } from './receive/spool/spool.ts'
export type { AnyRequest } from './http/to-incoming.ts'
export { uploadSet } from './policy/upload-set.ts'
export type { OpenStoredFile } from './policy/open-stored-file.ts'
export { folderOf } from './policy/folder-of.ts'
export type { StoredFilePage, UploadSet } from './policy/upload-set.ts'
export type { Naming, UploadSetOptions } from './policy/upload-set-options.ts'
export type { NamedFile, SaveSource } from './policy/file-source.ts'
export type { AdoptOptions } from './policy/adopt-file.ts'
export type { SaveOptions } from './policy/save-source.ts'
export type { Check, CheckedUpload } from './policy/check.ts'
export type { CheckedFile } from './policy/checked-file.ts'
export type { Placement, UploadHead } from './policy/upload-head.ts'
export type { StoredFile } from './storage/stored-file.ts'
export { formatBytes, GiB, KiB, MiB } from './errors/byte-size.ts'
export {
  ARCHIVES,
  AUDIO,
  DATA,
  DEFAULTS,
  DOCUMENTS,
  EXECUTABLES,
  IMAGES,
  OFFICE,
  PHOTOS,
  SCRIPTS,
  SOURCE,
  TEXT,
  VIDEO,
} from './media/extension-groups.ts'
export { ALL, allExcept } from './media/extension-rule.ts'
