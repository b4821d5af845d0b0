import { inertType, isInline, withCharset } from '../../media/active-type.ts'
import { claimedType } from '../../media/claimed-type.ts'
import { mediaType } from '../../media/type-by-name.ts'
import type { FileRecord, StorageEntry } from '../storage-entry.ts'
import { parseTimedKey } from '../timed-id.ts'
import { WRITER } from './s3-bucket.ts'
import type { FoundObject, ObjectHead } from './s3-bucket.ts'

const RECORD = 'decant-record'
const STORED_AT = 'decant-stored-at'
/** The value of `RECORD` if the record is an object of its own. */
const ELSEWHERE = 'object'

/** The most characters of a record in metadata. S3 takes 2 KB of metadata, names and all. */
const MOST_INLINE = 1700

/** A file that is about to be published. */
export interface NewFile {
  readonly key: string
  readonly draft: string
  readonly size: number
  readonly storedAt: number
  readonly record: FileRecord | undefined
}

/** The facts that are stored with the bytes of a file, and the text of a record that does not fit there. */
export function toObjectHead({ key, draft, storedAt, record }: Omit<NewFile, 'size'>): {
  readonly head: ObjectHead
  readonly record?: string
} {
  const text = record === undefined ? undefined : toAscii(JSON.stringify(record))
  const isInlined = text === undefined || text.length <= MOST_INLINE
  const type = inertType(claimedType(record?.type ?? mediaType(key)))
  const head = {
    metadata: {
      [WRITER]: draft,
      [STORED_AT]: String(storedAt),
      ...(text !== undefined && { [RECORD]: isInlined ? text : ELSEWHERE }),
    },
    // For clients that get the object without this server, such as those of a CDN.
    contentType: withCharset(type),
    contentDisposition: isInline(type) ? 'inline' : 'attachment',
  }
  return isInlined ? { head } : { head, record: text }
}

/** The entry of a new file, which is the one that is found later. */
export function toNewEntry({ key, draft, size, storedAt, record }: NewFile): StorageEntry {
  return {
    key,
    size,
    storedAt: new Date(storedAt),
    version: versionOf(key, draft),
    ...(record !== undefined && { record: copyOf(record) }),
  }
}

/** The time that is recorded for a new file: that of its key, if it has one. */
export function newFileTime(key: string): number {
  return parseTimedKey(key)?.storedAt.getTime() ?? Date.now()
}

/**
 * The entry of a file that was found. `readRecord` reads a record that is an object of its own. An object that another
 * program has written has no record, and the time and the ETag of the engine.
 */
export async function toFoundEntry(
  key: string,
  { size, etag, lastModified, metadata }: FoundObject,
  readRecord: () => Promise<string | undefined>,
): Promise<StorageEntry> {
  const draft = metadata[WRITER]
  const time = parseTimedKey(key)?.storedAt ?? toTime(metadata[STORED_AT]) ?? lastModified
  const text = metadata[RECORD]
  const record = parseRecord(text === ELSEWHERE ? await readRecord() : text)
  return {
    key,
    size,
    storedAt: time,
    version: draft === undefined ? foreignVersion(etag) : versionOf(key, draft),
    ...(record !== undefined && { record }),
  }
}

/**
 * The entry of a file in a list, without a request; `undefined` if the list does not tell all of it. The facts of a
 * timed key are in the key.
 */
export function toListedEntry(key: string, size: number): StorageEntry | undefined {
  const timed = parseTimedKey(key)
  if (timed === undefined || timed.hasRecord) return undefined
  return { key, size, storedAt: timed.storedAt, version: timedVersion(key) }
}

/** True if the record of a file is an object of its own. */
export function hasRecordObject({ metadata }: FoundObject): boolean {
  return metadata[RECORD] === ELSEWHERE
}

/** A timed key is given once, so that its file has one version. */
function versionOf(key: string, draft: string): string {
  return parseTimedKey(key) === undefined ? draft : timedVersion(key)
}

function timedVersion(key: string): string {
  return key.split('/').at(-2) ?? ''
}

/** An ETag without quotes. It begins with a letter, so that it is never taken for the version of a draft. */
function foreignVersion(etag: string): string {
  return `e-${etag.replaceAll(/[^!#-~]|"/g, '')}`
}

function toTime(text: string | undefined): Date | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? new Date(Number(text)) : undefined
}

/** JSON in printable ASCII without spaces. A header holds no other characters, and engines differ on spaces. */
function toAscii(json: string): string {
  return json.replaceAll(/[^!-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** `undefined` for a text that Decant has not written. */
function parseRecord(text: string | undefined): FileRecord | undefined {
  if (text === undefined) return undefined
  let record: unknown
  try {
    record = JSON.parse(text)
  } catch {
    // SyntaxError: another program has written it.
    return undefined
  }
  return isRecord(record) ? copyOf(record) : undefined
}

/** True for the plain data of a `FileRecord`. */
export function isRecord(value: unknown): value is FileRecord {
  if (typeof value !== 'object' || value === null) return false
  if (!('filename' in value && typeof value.filename === 'string')) return false
  if (!('type' in value && typeof value.type === 'string')) return false
  return !('digest' in value) || typeof value.digest === 'string'
}

function copyOf({ filename, type, digest }: FileRecord): FileRecord {
  return digest === undefined ? { filename, type } : { filename, type, digest }
}
