import { UploadError } from '../errors/upload-error.ts'
import { conflictNames } from '../filename/conflict-names.ts'
import { extensionOf, splitExtension } from '../filename/extension.ts'
import { safeKey } from '../filename/key.ts'
import { secureFilename } from '../filename/secure-filename.ts'
import { isStoredName, storedName } from '../filename/stored-name.ts'
import type { Placement } from './upload-head.ts'
import type { Naming } from './upload-set-options.ts'

/**
 * The name that a client's file gets, before anybody looks whether it is taken.
 *
 * @throws {UploadError} `invalid-name` where nothing of it is left, which only Werkzeug's naming can bring about.
 */
export function toName(filename: string, naming: Naming): string {
  if (naming === 'safe' || naming === 'unique') return storedName(filename)
  if (typeof naming === 'function') return storedName(naming(filename))
  const name = secureFilename(filename)
  if (name === '') throw new UploadError('invalid-name', { filename, reason: 'it has no letters or digits of ASCII' })
  return storedName(name)
}

/**
 * The keys to try for a file that the policy calls `name`.
 *
 * @throws {UploadError} `invalid-key` for a `key` that Decant would never write.
 * @throws {TypeError} for a folder that is not safe.
 */
export function toKeys(name: string, { folder, name: override, key }: Placement, naming: Naming): Iterable<string> {
  if (key !== undefined) return [checkKey(key)]
  const place = override === undefined || override === '' ? { folder, name } : overridden(name, folder, override)
  if (naming === 'unique') return [safeKey(join(place.folder, randomId()), place.name)]
  return mapKeys(place.folder, conflictNames(storedName(place.name)))
}

/** Flask-Uploads' `name`: a folder before the last slash, and the client's extension after a trailing dot. */
function overridden(
  name: string,
  folder: string | undefined,
  override: string,
): { folder: string | undefined; name: string } {
  const slash = folder === undefined ? override.lastIndexOf('/') : -1
  const base = override.slice(slash + 1)
  return {
    folder: slash === -1 ? folder : override.slice(0, slash),
    name: base.endsWith('.') ? base.slice(0, -1) + splitExtension(name).suffix : base,
  }
}

/** The extension of the name that a placement asks for, if it has one of its own. */
export function placedExtension({ name, key }: Placement): string {
  return extensionOf(storedName((key ?? name ?? '').replace(/\.$/, '')))
}

function checkKey(key: string): string {
  const segments = key.split('/')
  if (segments.every(isStoredName)) return key
  const suggestion = segments.map(storedName).join('/')
  throw new UploadError('invalid-key', { key, reason: 'not every system could store it safely', suggestion })
}

function* mapKeys(folder: string | undefined, names: Iterable<string>): Generator<string, void, undefined> {
  for (const name of names) yield safeKey(folder, name)
}

function join(folder: string | undefined, segment: string): string {
  return folder === undefined ? segment : `${folder}/${segment}`
}

/** 128 random bits in hexadecimal. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
