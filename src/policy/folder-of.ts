import { createHasher } from '#digest'
import { tellValue } from '../errors/tell-value.ts'
import { isStoredName } from '../filename/stored-name.ts'

/** Bytes of a folder's name. Longer ones are hashed. */
const MAX_LENGTH = 100

/**
 * The folder of a user, or of anything else that has an id. Different ids have different folders, also on a file system
 * that does not tell upper from lower case or one normal form from another. Lower-case ASCII letters and digits stay as
 * they are, and every other byte of UTF-8 becomes `=xx`. A name of more than 100 bytes becomes `==` and a SHA-256.
 *
 * @example
 * ```ts
 * folderOf('ann') // 'ann'
 * folderOf('Ann@example.com') // '=41nn=40example=2ecom'
 * ```
 * @throws {TypeError} for an empty text, for a number that is not a safe integer, and for any other value. So a missing
 *   id never becomes a folder.
 */
export function folderOf(id: string | number | bigint): string {
  const bytes = new TextEncoder().encode(toText(id))
  const name = Array.from(bytes, toSafe).join('')
  if (name.length > MAX_LENGTH) return `==${hexadecimal(sha256(bytes))}`
  // Windows has devices for names such as `con`.
  return isStoredName(name) ? name : toEscape(bytes[0] ?? 0) + name.slice(1)
}

function toText(id: unknown): string {
  if (typeof id === 'string' && id !== '' && id.isWellFormed()) return id
  if (typeof id === 'bigint' || (typeof id === 'number' && Number.isSafeInteger(id))) return String(id)
  throw new TypeError(`folderOf needs the id of a user, as text or as a whole number; got ${tellValue(id)}.`)
}

function toSafe(byte: number): string {
  const character = String.fromCharCode(byte)
  return /[a-z0-9]/.test(character) ? character : toEscape(byte)
}

function toEscape(byte: number): string {
  return `=${byte.toString(16).padStart(2, '0')}`
}

function sha256(bytes: Uint8Array): Uint8Array {
  const hasher = createHasher('sha-256')
  hasher.update(bytes)
  return hasher.digest()
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
