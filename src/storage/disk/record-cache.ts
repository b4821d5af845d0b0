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

/** The record is linked so often, because another record can take the place again at the same moment. */
const ATTEMPTS = 5

/** `O_TRUNC`, because a record that was written for another key may exist already. */
const NEW_RECORD = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW

/**
 * Records of files: facts that a key cannot tell, such as the client's name, the type and a digest. They are a cache,
 * because the folder is the truth. A record counts only as long as its size, modification time and inode are those of
 * the file. A record that is missing, broken or out of date is ignored.
 */
export class RecordCache {
  readonly #root: string
  readonly #private: PrivateFolder

  /** @param root the folder of the stored files, absolute */
  constructor(root: string, privateFolder: PrivateFolder) {
    this.#root = root
    this.#private = privateFolder
  }

  /** The folder of the records, absolute. */
  get folder(): string {
    return this.#private.records
  }

  async read(key: string, stats: BigIntStats): Promise<FileRecord | undefined> {
    if (!(await this.#private.isTrusted())) return undefined
    try {
      return parseRecord(JSON.parse(await readFile(this.#path(key), 'utf8')), stats)
    } catch {
      // ENOENT, EACCES, a SyntaxError, ...: the file is served without its record.
      return undefined
    }
  }

  /**
   * Gives a key the record that `writeRecord` has written at `path`. The file at `path` may stay. If another file has
   * got the key meanwhile, that file keeps its record.
   *
   * @param inode of the file that the record belongs to
   */
  async adopt(key: string, path: string, inode: bigint): Promise<void> {
    const { calls } = this.#private
    // Without links, the key is reserved, so no other process gives it a record.
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
   * Removes the record of a file that is gone. The record of another file that has the key by now stays.
   *
   * @param inode of a file whose record is removed even if the file still has the key
   */
  async delete(key: string, inode?: bigint): Promise<void> {
    await this.#clear(key, inode)
  }

  /**
   * Removes the record of a key. If the record belongs to the file that has the key, it stays, and the result is false.
   * The exception is the file with `inode`. The record is moved aside before it is checked, because another record
   * could take its place between the check and the removal.
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
      // The file has got another record meanwhile.
      if (!hasCode(error, 'EEXIST')) throw error
    }
  }

  /** The path of the record of a key, whether or not there is one. */
  locate(key: string): string {
    return this.#path(key)
  }

  /**
   * The name is a hash of the key. Hashes never clash, and fit every file system. Two keys that differ only in case
   * have different hashes, even if the file system folds case.
   */
  #path(key: string): string {
    return pathIn(this.#private.records, hash('sha256', key))
  }
}

/** The record of a file with these stats. */
export interface NewRecord {
  readonly record: FileRecord
  readonly stats: BigIntStats
  /** Whether the record is flushed to the medium. */
  readonly durable: boolean
}

/** Writes a record at `path`, for `RecordCache.adopt`. */
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

/** The inode that a record names. `undefined` if the record names none, or is broken. */
async function inodeIn(path: string): Promise<unknown> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    return typeof value === 'object' && value !== null && 'ino' in value ? value.ino : undefined
  } catch {
    // ENOENT, EACCES, a SyntaxError, ...: such a record is ignored.
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
