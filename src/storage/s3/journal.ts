import type { UploadState } from './multipart-upload.ts'
import { isRecord } from './object-record.ts'
import type { ListedObject, S3Bucket } from './s3-bucket.ts'
import type { ReservedFile } from './sealed-s3-draft.ts'

/** A file to delete with the commit. */
export interface DeletedFile {
  readonly key: string
  readonly version: string
}

/** A part of a journal. Each is an object of its own, so that parts can be added at the same time. */
export interface JournalEntry {
  readonly saves?: readonly ReservedFile[]
  readonly deletes?: readonly DeletedFile[]
  /** The folders of transactions that follow this one. */
  readonly followers?: readonly string[]
  /** The folder of the transaction whose verdict counts. */
  readonly leader?: string | undefined
}

/** All that a transaction has written down. */
export interface Journal {
  readonly saves: readonly ReservedFile[]
  readonly deletes: readonly DeletedFile[]
  readonly followers: readonly string[]
  readonly leader: string | undefined
}

/** The objects in the folder of a transaction. */
export const ENTRY = 'entry-'
export const VERDICT = 'verdict'
export const SETTLER = 'settler-'
/** Rewritten as long as the process of the transaction lives. */
export const ALIVE = 'alive'

/** Reads all entries of a journal, of the objects in its folder. */
export async function readJournal(
  bucket: S3Bucket,
  folder: string,
  objects: readonly Pick<ListedObject, 'name'>[],
): Promise<Journal> {
  const names = objects.map(({ name }) => name).filter((name) => name.startsWith(folder + ENTRY))
  const texts = await Promise.all(names.map((name) => bucket.text(name)))
  const entries = texts.filter((text) => text !== undefined).map(parseEntry)
  return {
    saves: entries.flatMap(({ saves = [] }) => saves),
    deletes: entries.flatMap(({ deletes = [] }) => deletes),
    followers: entries.flatMap(({ followers = [] }) => followers),
    leader: entries.find(({ leader }) => leader !== undefined)?.leader,
  }
}

/** Throws for a text that this version has not written: settling it wrongly could lose files. */
function parseEntry(text: string): JournalEntry {
  const entry: unknown = JSON.parse(text)
  if (isEntry(entry)) return entry
  throw new Error('A transaction has a journal that this version of Decant does not know.')
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null) return false
  if ('saves' in value && !(Array.isArray(value.saves) && value.saves.every(isReservedFile))) return false
  if ('deletes' in value && !(Array.isArray(value.deletes) && value.deletes.every(isDeletedFile))) return false
  if ('followers' in value && !(Array.isArray(value.followers) && value.followers.every(isText))) return false
  return !('leader' in value) || isText(value.leader)
}

function isReservedFile(value: unknown): value is ReservedFile {
  if (typeof value !== 'object' || value === null) return false
  if (!('key' in value && isText(value.key) && 'draft' in value && isText(value.draft))) return false
  if (!('size' in value && isNumber(value.size) && 'storedAt' in value && isNumber(value.storedAt))) return false
  return (!('record' in value) || isRecord(value.record)) && (!('upload' in value) || isUpload(value.upload))
}

function isUpload(value: unknown): value is UploadState {
  if (typeof value !== 'object' || value === null) return false
  if (!('name' in value && isText(value.name) && 'uploadId' in value && isText(value.uploadId))) return false
  return 'parts' in value && Array.isArray(value.parts) && value.parts.every(isText)
}

function isDeletedFile(value: unknown): value is DeletedFile {
  return typeof value === 'object' && value !== null && 'key' in value && isText(value.key) && 'version' in value
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}
