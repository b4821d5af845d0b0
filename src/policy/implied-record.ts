import { mediaType } from '../media/type-by-name.ts'
import type { FileRecord } from '../storage/storage-entry.ts'

/** What a key tells of a file by itself: all that is known of one that has no record. */
export function impliedRecord(key: string): FileRecord {
  return { filename: key.slice(key.lastIndexOf('/') + 1), type: mediaType(key) }
}

/** Whether a record says no more than its key does, and need not be kept. */
export function isImplied(key: string, { filename, type, digest }: FileRecord): boolean {
  const implied = impliedRecord(key)
  return digest === undefined && filename === implied.filename && type === implied.type
}
