/**
 * Declare a form once, fields and files together, and receive it typed: all of it, or nothing.
 *
 * @module
 */
export { uploadForm } from './form/upload-form.ts'
export type { FormAttempt, FormHandler, FormReceiveOptions, UploadForm, UploadFormOptions } from './form/upload-form.ts'
export { list } from './form/form-shape.ts'
export { json } from './form/json-field.ts'
export type { JsonField } from './form/json-field.ts'
export type {
  FieldMember,
  FormItem,
  FormList,
  FormMember,
  FormOutput,
  FormShape,
  MemberOutput,
} from './form/form-shape.ts'
export type { FieldName, FormLabel, FormLabels, NameBelow } from './form/form-labels.ts'
export type { KeepOptions, KeptFile, KeptFiles } from './form/kept-files.ts'
export type { FileTransaction, SkippedDeletion, TransactionBytesOptions } from './policy/file-transaction.ts'
export type { FilePlace } from './policy/file-place.ts'
export type { FileCount, FileInput, InputPlacement, InputPlaceRequest } from './policy/file-input.ts'
export type { FormLimitOptions, FormLimits, ReceiveLimitOptions, ReceiveLimits } from './receive/form-limits.ts'

export type { Secret } from './access/signer.ts'
