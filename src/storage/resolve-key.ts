import type { Storage } from './storage.ts'

/** Keys that are the same in every normal form. Only a medium that folds case may know other spellings. */
const ONE_SPELLING = /^[ -~]*$/

/**
 * The key of the stored file that `key` means, in the spelling of lists. The exact spelling, NFC and NFD are tried in
 * this order. The first that exists is the result, or NFC if none exists. A Mac sends names in NFD, and an operator may
 * have copied files of either form into a folder.
 *
 * Apply rules to this key only, so that a rule for one spelling holds for all spellings. A key with equal normal forms
 * is not looked up.
 *
 * @throws {UploadError} `storage-failed`.
 */
export async function resolveKey(storage: Pick<Storage, 'stat' | 'resolve'>, key: string): Promise<string> {
  const spellings = ONE_SPELLING.test(key) ? [key] : [key, key.normalize('NFC'), key.normalize('NFD')]
  const [, composed = key, decomposed = key] = spellings
  if (composed === decomposed) return (await storage.resolve?.(key)) ?? key
  for (const spelling of new Set(spellings)) {
    // One after the other, because the first that exists ends the search.
    // oxlint-disable-next-line no-await-in-loop
    if ((await storage.stat(spelling)) !== undefined) return (await storage.resolve?.(spelling)) ?? spelling
  }
  return composed
}
