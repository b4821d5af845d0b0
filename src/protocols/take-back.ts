import type { UploadSet } from '../policy/upload-set.ts'
import type { ReceivedFile } from './receipt.ts'

/** Removes files that were published for a request which then failed. Never rejects. */
export async function takeBack(set: UploadSet, files: readonly ReceivedFile[]): Promise<void> {
  await Promise.all(
    files.map(async ({ stored }) => {
      try {
        await set.delete(stored)
      } catch {
        // storage-failed: the medium is broken, and the failure that brought us here is the one to tell.
      }
    }),
  )
}
