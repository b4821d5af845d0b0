import { hash, randomUUID } from 'node:crypto'
import { constants, fsync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { DiskCalls } from '../../file/disk-calls.ts'
import type { FileRecord } from '../storage.ts'
import { pathIn } from '../../file/path-in.ts'
import { hasCode, isMissing } from '../../file/system-error.ts'
import { writeAll } from '../../file/write-all.ts'
import type { PrivateFolder } from './private-folder.ts'

const syncFile = promisify(fsync)

/** A record that is in the way may come again this instant. */
const ATTEMPTS = 5

/** One that was written for another key may be there already. */
const NEW_RECORD = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW

/**
 * What a key cannot tell (the client's name, the type, a digest), kept beside the files. A cache: the folder is the truth,
 * so a record counts only while size, modification time and inode are those of the file, and one that is missing, broken or
 * out of date is as none.
 */
export class RecordCache {
  readonly #root: string
  readonly #private: PrivateFolder

  /** @param root the folder of the stored files, absolute */
  constructor(root: string, privateFolder: PrivateFolder) {
    this.#root = root
    this.#private = privateFolder
  }

  /** Where they are, absolute. */
  get folder(): string {
    return this.#private.records
  }

  async read(key: string, stats: BigIntStats): Promise<FileRecord | undefined> {
    if (!(await this.#private.isTrusted())) return undefined
    try {
      return parseRecord(JSON.parse(await readFile(this.#path(key), 'utf8')), stats)
    } catch {
      // ENOENT, EACCES, a SyntaxError, ...: without it the file is as good as before.
      return undefined
    }
  }

  /**
   * Gives a key the record that `writeRecord` has written at `path`, which may stay there. The record of another file that has got
   * the key meanwhile stays in its place.
   *
   * @param inode of the file that the record belongs to
   */
  async adopt(key: string, path: string, inode: bigint): Promise<void> {
    const { calls } = this.#private
    // Without links the key is reserved, so that no other process gives it a record.
    if (!(await this.#private.canLink())) return calls.rename(path, this.#path(key))
    for (let attempt = 1; ; attempt++) {
      try {
        await calls.link(path, this.#path(key))
        return
      } catch (error) {
        if (!hasCode(error, 'EEXIST') || attempt === ATTEMPTS) throw error
      }
      if (!(await this.#clear(key, inode))) return
    }
  }

  /**
   * Removes the record of a file that is gone, and not that of another file which has its key by now.
   *
   * @param inode of a file whose record goes though it has the key
   */
  async delete(key: string, inode?: bigint): Promise<void> {
    await this.#clear(key, inode)
  }

  /**
   * Takes away the record of a key; false if it belongs to the file that has the key, and that is not `inode`. It is taken before
   * it is looked at, since it may be another one a moment later.
   */
  async #clear(key: string, inode: bigint | undefined): Promise<boolean> {
    const { calls, owner } = this.#private
    if (!(await calls.exists(this.#path(key)))) return true
    await this.#private.makeOwn()
    const aside = pathIn(owner.path, `${randomUUID()}.former`)
    try {
      await rename(this.#path(key), aside)
    } catch (error) {
      // ENOENT, ENOTDIR: another process was quicker.
      if (isMissing(error)) return true
      throw error
    }
    const present = await calls.find(pathIn(this.#root, key))
    const belongs = present !== undefined && present.ino !== inode && (await inodeIn(aside)) === String(present.ino)
    if (belongs) await this.#putBack(key, aside)
    await rm(aside, { force: true })
    return !belongs
  }

  async #putBack(key: string, aside: string): Promise<void> {
    try {
      if (await this.#private.canLink()) await this.#private.calls.link(aside, this.#path(key))
      else await rename(aside, this.#path(key))
    } catch (error) {
      // Its file has got another record meanwhile.
      if (!hasCode(error, 'EEXIST')) throw error
    }
  }

  /** Where the record of a key is, if it has one. */
  locate(key: string): string {
    return this.#path(key)
  }

  /** A hash: it never clashes, fits every file system and tells upper case from lower where names do not. */
  #path(key: string): string {
    return pathIn(this.#private.records, hash('sha256', key))
  }
}

/** What is to be written down of a file with these stats. */
export interface NewRecord {
  readonly record: FileRecord
  readonly stats: BigIntStats
  /** Whether it is flushed to the medium. */
  readonly durable: boolean
}

/** Writes a record at `path`, from where it can be adopted. */
export async function writeRecord(
  calls: DiskCalls,
  path: string,
  { record, stats, durable }: NewRecord,
): Promise<void> {
  const { filename, type, digest } = record
  const valid = { size: String(stats.size), mtimeNs: String(stats.mtimeNs), ino: String(stats.ino) }
  // Records of every version of Decant call the filename `name`.
  const bytes = Buffer.from(JSON.stringify({ name: filename, type, digest, ...valid }))
  const file = await calls.open(path, NEW_RECORD, 0o600)
  try {
    await writeAll((...call) => calls.write(...call), file, [bytes], 0)
    if (durable) await syncFile(file)
  } finally {
    await calls.close(file)
  }
}

/** The inode that a record names; `undefined` if it names none, or is broken. */
async function inodeIn(path: string): Promise<unknown> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    return typeof value === 'object' && value !== null && 'ino' in value ? value.ino : undefined
  } catch {
    // ENOENT, EACCES, a SyntaxError, ...: such a record counts for nothing.
    return undefined
  }
}

function parseRecord(value: unknown, stats: BigIntStats): FileRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('size' in value && value.size === String(stats.size))) return undefined
  if (!('mtimeNs' in value && value.mtimeNs === String(stats.mtimeNs))) return undefined
  // Format 1 did not name the inode.
  if ('ino' in value && value.ino !== String(stats.ino)) return undefined
  if (!('name' in value && typeof value.name === 'string')) return undefined
  if (!('type' in value && typeof value.type === 'string')) return undefined
  const { name: filename, type } = value
  return 'digest' in value && typeof value.digest === 'string'
    ? { filename, type, digest: value.digest }
    : { filename, type }
}
