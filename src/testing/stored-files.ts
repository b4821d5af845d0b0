import { uploadSet } from '../policy/upload-set.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { collect } from './collect.ts'

/**
 * A stored file as it was at the time of the call. `toEqual` and `deepEqual` compare `key`, `filename`, `type`, `size`
 * and, if it was recorded, `digest`.
 */
export interface StoredSnapshot extends Pick<StoredFile, 'key' | 'filename' | 'type' | 'size' | 'digest'> {
  /** All bytes of it. */
  bytes(): Uint8Array<ArrayBuffer>
  /** The bytes as UTF-8. */
  text(): string
}

/**
 * All stored files by key, with their bytes in memory; drafts are left out. For assertions.
 *
 * @example
 * ```ts
 * expect(await storedFiles(storage)).toEqual([{ key: 'Cat.PNG', filename: 'Cat.PNG', type: 'image/png', size: 4096 }])
 * ```
 * @throws {UploadError} `storage-failed`, and `storage-full`.
 */
export async function storedFiles(storage: Storage): Promise<StoredSnapshot[]> {
  const set = uploadSet('snapshot', { storage })
  const snapshots: StoredSnapshot[] = []
  let cursor: string | undefined
  do {
    const { files, next } = await set.list(cursor === undefined ? {} : { cursor })
    for (const { key } of files) {
      const open = await set.open(key)
      // Deleted meanwhile.
      if (open !== undefined) snapshots.push(toSnapshot(open.file, await collect(open.stream())))
    }
    cursor = next
  } while (cursor !== undefined)
  return snapshots
}

function toSnapshot({ key, filename, type, size, digest }: StoredFile, bytes: Uint8Array): StoredSnapshot {
  const snapshot: StoredSnapshot = {
    key,
    filename,
    type,
    size,
    ...(digest !== undefined && { digest }),
    bytes: () => new Uint8Array(bytes),
    text: () => new TextDecoder().decode(bytes),
  }
  // So that a snapshot equals the plain facts.
  for (const method of ['bytes', 'text']) Object.defineProperty(snapshot, method, { enumerable: false })
  return snapshot
}
