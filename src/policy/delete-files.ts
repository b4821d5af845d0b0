import type { Storage } from '../storage/storage.ts'

/** A file that was published for a request, and no other that has got its key since. */
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
      // storage-failed: the medium is broken, and the failure that brought us here is the one to tell.
    }
  })
  await Promise.all(deletions)
}
