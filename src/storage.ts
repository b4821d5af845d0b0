/**
 * Write a storage of your own, or a protocol of your own that makes drafts of an upload set.
 *
 * @module
 */
export type {
  DeleteOptions,
  FileRecord,
  ListOptions,
  ListPage,
  LocationHeaders,
  OpenFile,
  Storage,
  StorageEntry,
} from './storage/storage.ts'
export type { ClaimedDraft, Draft, DraftOptions, PathDraft, SealedDraft } from './storage/draft.ts'
export type { StorageTransaction, TransactionLeader } from './storage/transaction.ts'
export { checkByteRange } from './storage/byte-range.ts'
export { listPage } from './storage/list-page.ts'
export type { ClaimedUpload, DraftSource, UploadDraftOptions } from './policy/draft-source.ts'
export type { PublishedFile } from './policy/delete-files.ts'
export type { FileInspection } from './policy/file-inspection.ts'
export type { WholeFile } from './policy/inspection.ts'
export type { UploadDraft } from './policy/upload-draft.ts'
