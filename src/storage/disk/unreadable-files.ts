import { constants } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { access } from 'node:fs/promises'
import { emitWarning, getuid } from 'node:process'
import { isForbidden, isMissing } from '../../file/system-error.ts'

/** Permission bits to read (chmod(2)). */
const OWNER_READS = 0o400n
const OTHERS_READ = 0o004n

/**
 * Files and folders that this user may not read, such as the `lost+found` of a volume. For readers, they do not exist.
 * The process warns about the first one.
 */
export class UnreadableFiles {
  readonly #user: bigint | undefined = getuid === undefined ? undefined : BigInt(getuid())
  #isTold = false

  /** The result of `look`, or `undefined` if this user may not read the file. Rejects with any other error. */
  async skip<Result>(path: string, look: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await look()
    } catch (error) {
      if (!isForbidden(error)) throw error
      this.#tell(path)
      return undefined
    }
  }

  /** True if this user may read the file. The system is asked only if the file's permissions do not tell. */
  async mayRead(path: string, { uid, mode }: BigIntStats): Promise<boolean> {
    if (this.#user === undefined || (mode & (uid === this.#user ? OWNER_READS : OTHERS_READ)) !== 0n) return true
    return (await this.skip(path, () => isReadable(path))) ?? false
  }

  #tell(path: string): void {
    if (this.#isTold) return
    this.#isTold = true
    const sentence = `This user may not read ${path}. Lists leave it out, and a request for it is answered by 404.`
    emitWarning(`${sentence} Decant does not warn about further paths.`, {
      type: 'DecantWarning',
      code: 'DECANT_UNREADABLE',
    })
  }
}

async function isReadable(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK)
    return true
  } catch (error) {
    // The file was deleted meanwhile.
    if (!isMissing(error)) throw error
    return false
  }
}
