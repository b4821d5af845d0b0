import type { BigIntStats } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { isForbidden, isMissing } from '../../file/system-error.ts'
import { isDiskKey, mayNameAnother } from './disk-key.ts'
import { foldKey } from './fold-key.ts'
import { PRIVATE_NAME } from './private-folder.ts'

/** Keys that have no other normal form. */
const ASCII = /^[ -~]*$/

/** The number of folders whose treatment of case is remembered. */
const MAX_FOLDERS = 1000

/** The calls that look at folders. */
interface FolderView {
  /**
   * The file or folder that the system finds by this path. `undefined` if there is none, or this user may not see it.
   */
  readonly find: (path: string) => Promise<FoundName | undefined>
  /** The names in a folder, as the folder spells them. There are no names if the folder cannot be listed. */
  readonly namesIn: (folder: string) => AsyncIterable<string>
}

type FoundName = Pick<BigIntStats, 'ino' | 'dev'>

/**
 * Finds out how a folder spells the name of a file. Some file systems find a file by other spellings, too. This depends
 * on the file system, not on the operating system: Linux mounts FAT, NTFS and the shares of Windows. On ext4, a single
 * folder may fold case. So each folder is examined by itself.
 */
export class KeySpelling {
  readonly #root: string
  readonly #view: FolderView
  /** Whether a folder takes upper and lower case for the same, by its key. Absent until it has a name to try. */
  readonly #foldsCase = new Map<string, boolean>()
  /**
   * Whether the file system takes normal forms for the same. APFS does, even if it tells case apart. `undefined` until
   * a file shows it.
   */
  #foldsForms: boolean | undefined

  /** @param root the folder of the stored files, absolute */
  constructor(root: string, view: FolderView = { find, namesIn }) {
    this.#root = root
    this.#view = view
  }

  /** The key as its folders spell it. If there is no file by that name, the key as it is. */
  async resolve(key: string): Promise<string> {
    const foldsForms = !ASCII.test(key) && (await this.#mayFoldForms(key))
    const names: string[] = []
    for (const segment of key.split('/')) {
      const folder = names.join('/')
      // A folder's spelling must be known before the names in it can be tried. Known folders are not asked again.
      const name = foldsForms || (await this.#mayFoldCase(folder)) ? await this.#findName(folder, segment) : segment
      if (name === undefined) return key
      names.push(name)
    }
    return names.join('/')
  }

  /**
   * Whether the key names only one file, which is true for nearly all keys. Some file systems take a segment such as
   * `ENV~1`, `a.txt.` or `a.txt:b` for another name. Then it is true if the folder lists exactly that segment.
   */
  isListed(key: string): true | Promise<boolean> {
    return key.split('/').some(mayNameAnother) ? this.#areListed(key) : true
  }

  async #areListed(key: string): Promise<boolean> {
    // Try one call first, because listing a large folder takes many calls.
    if (!isDiskKey(key) || (await this.#view.find(join(this.#root, key))) === undefined) return false
    const segments = key.split('/')
    for (const [index, segment] of segments.entries()) {
      if (mayNameAnother(segment) && !(await this.#lists(segments.slice(0, index).join('/'), segment))) return false
    }
    return true
  }

  async #mayFoldCase(folder: string): Promise<boolean> {
    const known = this.#foldsCase.get(folder)
    if (known !== undefined) return known
    const folds = isDiskKey(folder) || folder === '' ? await this.#tryCase(folder) : false
    if (folds === undefined) return false
    if (this.#foldsCase.size === MAX_FOLDERS) this.#foldsCase.clear()
    this.#foldsCase.set(folder, folds)
    return folds
  }

  /** Tries a name of the folder in the other case. `undefined` if no name has letters, or the folder cannot be read. */
  async #tryCase(folder: string): Promise<boolean | undefined> {
    const path = join(this.#root, folder)
    // The private folder nearly always exists, even if this user may not list the names.
    if (folder === '' && (await this.#view.find(join(path, PRIVATE_NAME))) !== undefined)
      return this.#findsUnlisted(folder, PRIVATE_NAME.toUpperCase())
    for await (const name of this.#view.namesIn(path)) {
      const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase()
      if (other === name) continue
      if (await this.#findsUnlisted(folder, other)) return true
      // A name that was removed a moment ago proves nothing.
      if ((await this.#view.find(join(path, name))) !== undefined) return false
    }
    return undefined
  }

  /**
   * Whether the system finds a file by a name that the folder does not list. The inode does not tell: some shares give
   * the same file another inode for each name.
   */
  async #findsUnlisted(folder: string, name: string): Promise<boolean> {
    const found = await this.#view.find(join(this.#root, folder, name))
    return found !== undefined && !(await this.#lists(folder, name))
  }

  async #lists(folder: string, name: string): Promise<boolean> {
    for await (const listed of this.#view.namesIn(join(this.#root, folder))) if (listed === name) return true
    return false
  }

  /** The exact name if the folder lists it. Otherwise a name that a file system may take for the same. */
  async #findName(folder: string, wanted: string): Promise<string | undefined> {
    const folded = foldKey(wanted)
    let found: string | undefined
    for await (const name of this.#view.namesIn(join(this.#root, folder))) {
      if (name === wanted) return name
      if (found === undefined && foldKey(name) === folded) found = name
    }
    return found
  }

  /** Tries the two normal forms of a key. They prove something only if the system finds a file by one of them. */
  async #mayFoldForms(key: string): Promise<boolean> {
    if (this.#foldsForms !== undefined) return this.#foldsForms
    const [composed, decomposed] = [key.normalize('NFC'), key.normalize('NFD')]
    if (composed === decomposed || !isDiskKey(key)) return false
    const forms = await Promise.all([composed, decomposed].map((form) => this.#view.find(join(this.#root, form))))
    if (forms.some((found) => found !== undefined)) this.#foldsForms = isOne(forms)
    return this.#foldsForms === true
  }
}

function isOne([one, two]: readonly (FoundName | undefined)[]): boolean {
  return one !== undefined && two !== undefined && one.ino === two.ino && one.dev === two.dev
}

async function* namesIn(folder: string): AsyncGenerator<string, void, undefined> {
  try {
    for await (const { name } of await opendir(folder)) yield name
  } catch (error) {
    if (!isMissing(error) && !isForbidden(error)) throw error
  }
}

async function find(path: string): Promise<FoundName | undefined> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (isMissing(error) || isForbidden(error)) return undefined
    throw error
  }
}
