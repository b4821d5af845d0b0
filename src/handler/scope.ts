import { tellValue } from '../errors/tell-value.ts'
import { isKey } from '../filename/key.ts'
import { isStoredName } from '../filename/stored-name.ts'

/** The scope of a client that may see the whole set: only this value means the root of the storage. */
export const ROOT: unique symbol = Symbol.for('decant.ROOT')

/** The longest folder of a scope, in bytes of UTF-8. Folders below it and a name still fit into a key. */
const MAX_BYTES = 512

/** The folder below which the keys of a client lie. A client never sees this folder: its keys are relative to it. */
export class Scope {
  /** Of the whole set. */
  static readonly whole: Scope = new Scope('')
  /** '' for the whole set. */
  readonly folder: string
  readonly #prefix: string

  private constructor(folder: string) {
    this.folder = folder
    this.#prefix = folder === '' ? '' : `${folder}/`
  }

  /**
   * The scope that a hook has returned.
   *
   * @throws {TypeError} for anything but `ROOT` and a folder that is safe on every system.
   */
  static from(result: unknown, set: string): Scope {
    if (result === ROOT) return Scope.whole
    if (typeof result === 'string' && isSafeFolder(result)) return new Scope(result)
    throw new TypeError(
      `scope returned ${tellValue(result)} for the upload set ${JSON.stringify(set)}. Return a folder, such as ` +
        'folderOf(user.id), or ROOT for the whole set.',
    )
  }

  /** The scope that a signed link names. Whether the link is genuine is not known yet. */
  static ofLink(folder: string): Scope {
    return isKey(folder) ? new Scope(folder) : Scope.whole
  }

  /** The key in the storage of a key that the client knows. */
  keyOf(known: string): string {
    return this.#prefix + known
  }

  /** True if a key of the storage lies in this scope. */
  holds(key: string): boolean {
    return key.startsWith(this.#prefix)
  }

  /** A key of the storage, or the start of one, as the client knows it. */
  tell(key: string): string {
    return this.holds(key) ? key.slice(this.#prefix.length) : key
  }
}

function isSafeFolder(folder: string): boolean {
  return folder.split('/').every(isStoredName) && new TextEncoder().encode(folder).length <= MAX_BYTES
}
