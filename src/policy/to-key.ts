import { tellValue } from '../errors/tell-value.ts'
import type { StoredFile } from '../storage/stored-file.ts'

/**
 * The key of a stored file, or the key itself.
 *
 * @throws {TypeError} for anything else, which only JavaScript can pass.
 */
export function toKey(file: StoredFile | string): string {
  const key: unknown = typeof file === 'object' && file !== null ? file.key : file
  if (typeof key === 'string') return key
  throw new TypeError(`${tellValue(file)} is neither a stored file nor the key of one. Pass the result of save.`)
}
