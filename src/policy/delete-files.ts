import type { Storage } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'

/** Removes files that were published for a request which then failed. Never rejects. */
export async function deleteFiles(storage: Storage, files: readonly StoredFile[]): Promise<void> {
  const deletions = files.map(async ({ key }) => {
    try {
      await storage.delete(key)
    } catch {
      // storage-failed: the medium is broken, and the failure that brought us here is the one to tell.
    }
  })
  await Promise.all(deletions)
}
