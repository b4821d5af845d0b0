/**
 * Put upload sets and typed forms behind a URL: forms, files as they are, listing, downloads.
 *
 * @module
 */
export { parseBase } from './handler/parse-base.ts'
export { parseOrigin } from './access/parse-origin.ts'
export { uploadHandler } from './handler/upload-handler.ts'
export type { FileUrlOptions, UploadHandler } from './handler/upload-handler.ts'
export { ROOT } from './handler/scope.ts'
export { folderOf } from './policy/folder-of.ts'
export type {
  ClientRequest,
  DeletedRequest,
  PlaceRequest,
  ScopedRequest,
  ScopeRequest,
  StoredRequest,
  UploadHooks,
} from './handler/hooks.ts'
export type { FileTransaction, SkippedDeletion, TransactionBytesOptions } from './policy/file-transaction.ts'
export type { FilePlace } from './policy/file-place.ts'
export type { FormField } from './receive/form-field.ts'
export type { UploadSets } from './handler/upload-sets.ts'
export type { UploadHandlerOptions } from './handler/upload-handler-options.ts'
export { formHandler } from './handler/form-handler.ts'
export type { FormHandlerOptions, FormRefusal, FormRequest, ReceivedRequest } from './handler/form-handler-options.ts'
export type { HandlerGuardOptions } from './handler/handler-guards.ts'
export type { TakeSlot, UploadSlotOptions } from './handler/upload-slots.ts'
export type { SkippedFile } from './protocols/receipt.ts'
export type { UploadAction, UploadRequest } from './access/upload-request.ts'
export type { CreatedAnswer, FileAnswer, ListAnswer } from './handler/file-answer.ts'
export type { PageView, UploadPage } from './handler/page/page.ts'
export type { Incoming } from './http/incoming.ts'
export type { Outgoing, RequestHandler } from './http/outgoing.ts'
