import { UploadError } from '../errors/upload-error.ts'
import { conflictName } from '../filename/conflict-names.ts'
import { lowercaseExtension, splitExtension } from '../filename/extension.ts'
import { isKey, safeKey } from '../filename/key.ts'
import { nameFault } from '../filename/name-fault.ts'
import { secureFilename } from '../filename/secure-filename.ts'
import { storedName } from '../filename/stored-name.ts'
import type { Placement } from './upload-head.ts'
import type { Naming } from './upload-set-options.ts'

/** The keys for a file. Whether they are taken is not known yet. */
export interface Place {
  /** The name that the key ends in. */
  readonly name: string
  /** The key to try first. */
  readonly key: string
  /** The keys to try if the first is taken; absent if there are no others. */
  readonly numberedKey?: NumberedKey
}

/** The key with a number, of at least 1. */
export type NumberedKey = (number: number) => string

/** The name of a file that the policy makes from the client's name. */
export interface OwnName {
  /** The folder that a function of the application has put before the name; not checked yet. */
  readonly folder?: string | undefined
  readonly name: string
}

/**
 * The name that a client's file gets; `undefined` if no character is left, which happens only with
 * `naming: 'werkzeug'`.
 *
 * @throws {TypeError} if a naming function does not return a name, or returns one with a backslash.
 */
export function toOwnName(filename: string, naming: Naming): OwnName | undefined {
  if (naming === 'safe' || naming === 'unique') return { name: storedName(filename) }
  if (typeof naming === 'function') return ownNameBy(naming, storedName(filename))
  const name = secureFilename(filename)
  return name === '' ? undefined : { name: storedName(lowercaseExtension(name)) }
}

function ownNameBy(naming: (filename: string) => string, filename: string): OwnName {
  // A function without types may return anything.
  const result: unknown = naming(filename)
  if (typeof result !== 'string' || result.includes('\\')) {
    throw new TypeError(
      `A naming function must return a name, or a folder, "/" and a name; got ${JSON.stringify(result)}.`,
    )
  }
  const slash = result.lastIndexOf('/')
  const name = storedName(result.slice(slash + 1))
  return slash === -1 ? { name } : { folder: result.slice(0, slash), name }
}

/**
 * The place of a file whose policy name is `own`, with the folder, name or key that the application chooses.
 *
 * @throws {UploadError} `invalid-key` for a `key` that Decant would never write.
 * @throws {TypeError} for a folder that is not safe.
 */
export function toPlace(own: OwnName, placement: Placement, naming: Naming): Place {
  const { key } = placement
  if (key !== undefined) return { name: key.slice(key.lastIndexOf('/') + 1), key: checkKey(key) }
  const { folder, name: wanted } = override(own, placement)
  const final = storedName(wanted)
  // Throw for an unsafe folder now, and not when the last byte has come.
  const best = safeKey(naming === 'unique' ? join(folder, randomId()) : folder, final)
  if (naming === 'unique') return { name: final, key: best }
  const prefix = best.slice(0, -final.length)
  return { name: final, key: best, numberedKey: (number) => prefix + conflictName(final, number) }
}

/** Flask-Uploads' `name`: a folder before the last slash, and the client's extension after a trailing dot. */
function override(own: OwnName, { folder, name = '' }: Placement): OwnName {
  if (name === '') return { folder: own.folder === undefined ? folder : join(folder, own.folder), name: own.name }
  const slash = folder === undefined ? name.lastIndexOf('/') : -1
  const base = name.slice(slash + 1)
  return {
    folder: slash === -1 ? folder : name.slice(0, slash),
    name: base.endsWith('.') ? base.slice(0, -1) + splitExtension(own.name).suffix.toLowerCase() : base,
  }
}

function checkKey(key: string): string {
  const segments = key.split('/')
  const fault = segments.map(nameFault).find((each) => each !== undefined)
  if (fault === undefined && isKey(key)) return key
  const safe = segments.map(storedName).join('/')
  throw new UploadError('invalid-key', {
    key,
    reason: fault ?? 'it is too long',
    ...(isKey(safe) && { suggestion: safe }),
  })
}

function join(folder: string | undefined, segment: string): string {
  return folder === undefined ? segment : `${folder}/${segment}`
}

/** 128 random bits in hexadecimal. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
