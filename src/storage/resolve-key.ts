import type { Storage } from './storage.ts'

/** Keys that have one spelling in every normal form, so that only a medium which folds case may know others. */
const ONE_SPELLING = /^[ -~]*$/

/**
 * The key of the stored file that is meant by `key`, as lists tell it: the exact spelling, NFC or NFD, the first that
 * exists; NFC if none does. A Mac sends names in NFD, and a person may have copied files of either form into a folder.
 *
 * Whatever is decided about a key has to be decided about this one: a rule for one spelling then holds for all. A key
 * whose normal forms are equal is not looked up.
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
