import type { BigIntStats } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { isForbidden, isMissing } from '../../file/system-error.ts'
import { isDiskKey } from './disk-key.ts'
import { foldKey } from './fold-key.ts'
import { PRIVATE_NAME } from './private-folder.ts'

/** Keys that have no other normal form. */
const ASCII = /^[ -~]*$/

/** Finds out how a file is spelled in its folder, on file systems that find it by other spellings as well. */
export class KeySpelling {
  readonly #root: string
  /** Whether the file system takes upper and lower case for the same; `undefined` until the folder has a name to try. */
  #foldsCase: boolean | undefined
  /** Whether it takes normal forms for the same, as APFS may though it tells case apart; `undefined` until a file tells. */
  #foldsForms: boolean | undefined

  /** @param root the folder of the stored files, absolute */
  constructor(root: string) {
    this.#root = root
  }

  /** The key as the folders spell it, if there is something by that name; else the key as it is. */
  async resolve(key: string): Promise<string> {
    this.#foldsCase ??= await foldsCase(this.#root)
    if (this.#foldsCase !== true && (ASCII.test(key) || !(await this.#mayFoldForms(key)))) return key
    if (!isDiskKey(key)) return key
    const names: string[] = []
    for (const segment of key.split('/')) {
      // Each folder is known only when the one above it is.
      // oxlint-disable-next-line no-await-in-loop
      const name = await findName(join(this.#root, ...names), segment)
      if (name === undefined) return key
      names.push(name)
    }
    return names.join('/')
  }

  /** Tries the two normal forms of a key, once there is one whose file tells. */
  async #mayFoldForms(key: string): Promise<boolean> {
    if (this.#foldsForms !== undefined) return this.#foldsForms
    const [composed, decomposed] = [key.normalize('NFC'), key.normalize('NFD')]
    if (composed === decomposed || !isDiskKey(key)) return false
    const found = await Promise.all([composed, decomposed].map((form) => find(join(this.#root, form))))
    if (found.some((stats) => stats !== undefined)) this.#foldsForms = isOne(found)
    return this.#foldsForms === true
  }
}

/** Tries a name that is there in the other case. `undefined` if nothing there has letters, or the folder cannot be read. */
async function foldsCase(folder: string): Promise<boolean | undefined> {
  const known = join(folder, PRIVATE_NAME)
  // It is nearly always there, also in a folder that this user may not list.
  if ((await find(known)) !== undefined) return isSame(known, join(folder, PRIVATE_NAME.toUpperCase()))
  for await (const name of namesIn(folder)) {
    const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase()
    if (other !== name) return isSame(join(folder, name), join(folder, other))
  }
  return undefined
}

/** The exact name if it is there, else one that a file system may take for the same. */
async function findName(folder: string, wanted: string): Promise<string | undefined> {
  const folded = foldKey(wanted)
  let found: string | undefined
  for await (const name of namesIn(folder)) {
    if (name === wanted) return name
    if (found === undefined && foldKey(name) === folded) found = name
  }
  return found
}

async function* namesIn(folder: string): AsyncGenerator<string, void, undefined> {
  try {
    for await (const { name } of await opendir(folder)) yield name
  } catch (error) {
    if (!isMissing(error) && !isForbidden(error)) throw error
  }
}

async function isSame(path: string, other: string): Promise<boolean> {
  return isOne(await Promise.all([path, other].map(find)))
}

function isOne([one, two]: readonly (BigIntStats | undefined)[]): boolean {
  return one !== undefined && two !== undefined && one.ino === two.ino && one.dev === two.dev
}

async function find(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (isMissing(error) || isForbidden(error)) return undefined
    throw error
  }
}
