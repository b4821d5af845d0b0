import type { Storage } from '../storage/storage.ts'
import type { Naming } from './upload-set-options.ts'

/** The rule by which a set makes keys. `timed` is `unique` on a storage that gives each key once. */
export type KeyNaming = Naming | 'timed'

/**
 * The rule of a set with this storage.
 *
 * @throws {TypeError} for another naming than `unique` on a storage that gives each key once.
 */
export function toKeyNaming(set: string, { keys, kind }: Storage, naming: Naming | undefined): KeyNaming {
  if (keys !== 'once') return naming ?? 'safe'
  if (naming === undefined || naming === 'unique') return 'timed'
  const told = typeof naming === 'function' ? 'a function' : JSON.stringify(naming)
  throw new TypeError(
    `The upload set "${set}" cannot name its files by ${told}: its storage (${kind}) gives each key once, so no name ` +
      'can be given again. Leave "naming" out, or set it to "unique".',
  )
}

/** @throws {TypeError} for a key that the application chooses, unless the rule lets it. */
export function checkChosenKey(naming: KeyNaming, key: string | undefined): void {
  if (key === undefined || naming !== 'timed') return
  throw new TypeError(
    `"key" cannot be ${JSON.stringify(key)}: the storage of the set gives each key once, so only the set makes keys. ` +
      'Choose "folder" and "name" instead, and keep the key of the stored file.',
  )
}
