import type { Storage } from './storage.ts'

/** Keys that are the same in every normal form. Only a medium that folds case may know other spellings. */
const ONE_SPELLING = /^[ -~]*$/

/**
 * The key of the stored file that `key` means, in the spelling of lists. The exact spelling, NFC and NFD are tried in
 * this order, and the first that exists is the one; NFC if none exists. A Mac sends names in NFD, and a person may have
 * copied files of either form into a folder.
 *
 * Decide about this key only: then a rule for one spelling holds for all. A key with equal normal forms is not looked
 * up.
 *
 * @throws {UploadError} `storage-failed`.
 */
export async function resolveKey(storage: Storage, key: string): Promise<string> {
  const spellings = ONE_SPELLING.test(key) ? [key] : [key, key.normalize('NFC'), key.normalize('NFD')]
  const [, composed = key, decomposed = key] = spellings
  if (composed === decomposed) return (await storage.resolve?.(key)) ?? key
  for (const spelling of new Set(spellings)) {
    // In order, and no further than the first that exists.
    // oxlint-disable-next-line no-await-in-loop
    if ((await storage.stat(spelling)) !== undefined) return (await storage.resolve?.(spelling)) ?? spelling
  }
  return composed
}
