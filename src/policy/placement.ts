import { UploadError } from '../errors/upload-error.ts'
import { folderFault, storedFolder, toClientPath } from '../filename/client-path.ts'
import { conflictName } from '../filename/conflict-names.ts'
import { lowercaseExtension, splitExtension } from '../filename/extension.ts'
import { isKey, MAX_FOLDER_BYTES, safeKey } from '../filename/key.ts'
import { utf8Length } from '../filename/name-bytes.ts'
import { nameFault } from '../filename/name-fault.ts'
import { secureFilename } from '../filename/secure-filename.ts'
import { storedName } from '../filename/stored-name.ts'
import { newTimedId, timedFolder } from '../storage/timed-id.ts'
import { checkChosenKey } from './key-naming.ts'
import type { KeyNaming } from './key-naming.ts'
import type { Placement } from './upload-head.ts'

/** The keys for a file. Whether they are taken is not known yet. */
export interface Place {
  /** The name that the key ends in. */
  readonly name: string
  /** The key to try first. */
  readonly key: string
  /**
   * Makes the only key to try, instead of `key`, on a storage that gives each key once. Such a key tells the time at
   * which it is made, and whether it tells the whole record of the file. Each call makes another one.
   */
  readonly timedKey?: (hasRecord: boolean) => string
  /** The keys to try if the first is taken; absent if there are no others. */
  readonly numberedKey?: NumberedKey
  /**
   * The place around a file that has the name of a folder: with a number in the name of that folder. `undefined` if the
   * application has chosen the folder. Absent if only this key may be tried.
   *
   * @throws {UploadError} `name-taken` if too many numbers were tried.
   */
  readonly around?: (folder: string) => Place | undefined
}

/** The key with a number, of at least 1. */
export type NumberedKey = (number: number) => string

/** The name of a file that the policy makes from the client's name. */
export interface OwnName {
  /** The folder that a function of the application has put before the name; not checked yet. */
  readonly folder?: string | undefined
  /** The folders that the client has put before the name, safe, outermost first. Default: none. */
  readonly below?: readonly string[]
  readonly name: string
}

/** A client's name of which no name can be made. */
export interface UnusableName {
  /** Its reason is the end of a sentence that begins with the name. */
  readonly fault: { readonly reason: string; readonly hint?: string }
}

/** How a set makes keys of clients' names. */
export interface KeyRule {
  readonly naming: KeyNaming
  /** Whether the folders in a client's name are kept. */
  readonly keepsFolders: boolean
}

/** Numbers that are tried for a folder whose name a file has. */
const MAX_FOLDER_NUMBER = 100

/**
 * The name that a client's file gets, with its folders if the set keeps them.
 *
 * @throws {TypeError} if a naming function does not return a name, or returns one with a backslash.
 */
export function toOwnName(filename: string, { naming, keepsFolders }: KeyRule): OwnName | UnusableName {
  const { folders: sent, name } = keepsFolders ? toClientPath(filename) : { folders: [], name: filename }
  const own = withoutFolders(name, naming)
  if (own === undefined) return NOTHING_LEFT
  if (sent.length === 0) return own
  const below = sent.map((folder) => (naming === 'werkzeug' ? secureFilename(folder) : folder))
  if (below.includes('')) return NOTHING_LEFT
  const stored = below.map(storedFolder)
  // `..` is a segment of the path as it was sent.
  const fault = folderFault(sent.includes('..') ? sent : stored)
  return fault === undefined ? { ...own, below: stored } : { fault }
}

const NOTHING_LEFT: UnusableName = { fault: { reason: 'it has no letters or digits of ASCII' } }

/** `undefined` if no character is left, which happens only with `naming: 'werkzeug'`. */
function withoutFolders(filename: string, naming: KeyNaming): OwnName | undefined {
  if (typeof naming === 'function') return ownNameBy(naming, storedName(filename))
  if (naming !== 'werkzeug') return { name: storedName(filename) }
  // Folders that are not kept are part of the name there.
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
 * The place of a file whose policy name is `own`, with the folder, name or key that the application chooses. Folders of
 * the client lie below that folder. A name that the application chooses replaces them, too.
 *
 * @throws {UploadError} `invalid-key` for a `key` that Decant would never write. `invalid-name` if the client's folders
 *   are too long for that folder.
 * @throws {TypeError} for a folder that is not safe, and for a `key` on a storage that gives each key once.
 */
export function toPlace(own: OwnName, placement: Placement, naming: KeyNaming): Place {
  const { key } = placement
  checkChosenKey(naming, key)
  if (key !== undefined) return { name: key.slice(key.lastIndexOf('/') + 1), key: checkKey(key) }
  const { below = [], ...wanted } = override(own, placement)
  const final = storedName(wanted.name)
  // Throw for an unsafe folder of the application, before the folders of the client are judged.
  if (below.length > 0) safeKey(wanted.folder, final)
  return placeBelow(
    { folder: wanted.folder, below, name: final },
    below.map(() => 0),
    naming,
  )
}

/** @param numbers those of the client's folders; 0 for none */
function placeBelow(own: OwnName, numbers: readonly number[], naming: KeyNaming): Place {
  const { name: final, below = [] } = own
  const folders = below.map((folder, index) => conflictName(folder, numbers[index] ?? 0))
  const paths = folders.map((_, index) => join(own.folder, ...folders.slice(0, index + 1)))
  const inner = join(own.folder, ...folders, ...idFolders(naming, true))
  if (inner !== undefined && below.length > 0) checkLength(inner, own)
  // Throw for an unsafe folder now, and not when the last byte has come.
  const best = safeKey(inner, final)
  const around = (folder: string): Place | undefined => {
    const index = paths.indexOf(folder)
    if (index === -1) return undefined
    const next = numbers.map((number, at) => (at === index ? number + 1 : number))
    if (next.includes(MAX_FOLDER_NUMBER)) throw new UploadError('name-taken', { key: best, folder })
    return placeBelow(own, next, naming)
  }
  if (naming === 'unique') return { name: final, key: best, around }
  if (naming === 'timed') {
    const timedKey = (hasRecord: boolean): string =>
      safeKey(join(own.folder, ...folders, ...idFolders(naming, hasRecord)), final)
    return { name: final, key: best, timedKey, around }
  }
  const prefix = best.slice(0, -final.length)
  return { name: final, key: best, numberedKey: (number) => prefix + conflictName(final, number), around }
}

/** @throws {UploadError} `invalid-name` if the folders of the client do not fit below that of the application. */
function checkLength(folder: string, { below = [], name }: OwnName): void {
  if (utf8Length(folder) <= MAX_FOLDER_BYTES) return
  throw new UploadError('invalid-name', {
    filename: [...below, name].join('/'),
    reason: 'the names of its folders are too long for this place',
    hint: 'Shorten them.',
  })
}

/** Flask-Uploads' `name`: a folder before the last slash, and the client's extension after a trailing dot. */
function override(own: OwnName, { folder, name = '' }: Placement): OwnName {
  if (name === '') return { ...own, folder: own.folder === undefined ? folder : join(folder, own.folder) }
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

/** `undefined` if there is no folder at all. */
function join(folder: string | undefined, ...segments: readonly string[]): string | undefined {
  const all = folder === undefined ? segments : [folder, ...segments]
  return all.length === 0 ? undefined : all.join('/')
}

/** The folder around the file that makes its key unique, if the rule wants one. */
function idFolders(naming: KeyNaming, hasRecord: boolean): string[] {
  if (naming === 'timed') return [timedFolder(newTimedId(), hasRecord)]
  return naming === 'unique' ? [randomId()] : []
}

/** 128 random bits in hexadecimal. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
