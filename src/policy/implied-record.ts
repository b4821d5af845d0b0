import { mediaType } from '../media/type-by-name.ts'
import type { FileRecord } from '../storage/storage-entry.ts'

/** The record of a file that has none: the facts that its key tells. */
export function impliedRecord(key: string): FileRecord {
  return { filename: key.slice(key.lastIndexOf('/') + 1), type: mediaType(key) }
}

/** True if a record says no more than its key does, so that it need not be kept. */
export function isImplied(key: string, { filename, type, digest }: FileRecord): boolean {
  const implied = impliedRecord(key)
  return digest === undefined && filename === implied.filename && type === implied.type
}
