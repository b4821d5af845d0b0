import type { Storage } from '../storage/storage.ts'

/** A file that was published for a request, and not a later one with the same key. */
export interface PublishedFile {
  readonly key: string
  readonly version: string
}

/** Removes files that were published for a request which then failed. Never rejects. */
export async function deleteFiles(storage: Storage, files: readonly PublishedFile[]): Promise<void> {
  const deletions = files.map(async ({ key, version }) => {
    try {
      await storage.delete(key, { version })
    } catch {
      // storage-failed: the caller reports the failure that led here.
    }
  })
  await Promise.all(deletions)
}
