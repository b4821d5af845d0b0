import { hash } from 'node:crypto'
import { constants, fsync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { DiskCalls } from '../../file/disk-calls.ts'
import type { FileRecord } from '../storage.ts'
import { pathIn } from '../../file/path-in.ts'
import { isMissing } from '../../file/system-error.ts'
import { writeAll } from '../../file/write-all.ts'

const syncFile = promisify(fsync)

/** One that was written for another key may be there already. */
const NEW_RECORD = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW

/**
 * What a key cannot tell (the client's name, the type, a digest), kept beside the files. A cache: the folder is the truth,
 * so a record counts only while size and modification time are those of the file, and one that is missing, broken or
 * out of date is as none.
 */
export class RecordCache {
  /** Where they are, absolute. */
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  async read(key: string, stats: BigIntStats): Promise<FileRecord | undefined> {
    try {
      return parseRecord(JSON.parse(await readFile(this.#path(key), 'utf8')), stats)
    } catch {
      // ENOENT, EACCES, a SyntaxError, ...: without it the file is as good as before.
      return undefined
    }
  }

  /** Puts a record that `writeRecord` has written into its place. */
  async adopt(calls: DiskCalls, key: string, path: string): Promise<void> {
    await calls.rename(path, this.#path(key))
  }

  async delete(key: string): Promise<void> {
    try {
      await rm(this.#path(key), { force: true })
    } catch (error) {
      // ENOTDIR, ENOENT: nothing private here yet.
      if (!isMissing(error)) throw error
    }
  }

  /** Where the record of a key is, if it has one. */
  locate(key: string): string {
    return this.#path(key)
  }

  /** A hash: it never clashes, fits every file system and tells upper case from lower where names do not. */
  #path(key: string): string {
    return pathIn(this.folder, hash('sha256', key))
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
  const { name, type, digest } = record
  const valid = { size: String(stats.size), mtimeNs: String(stats.mtimeNs) }
  const bytes = Buffer.from(JSON.stringify({ name, type, digest, ...valid }))
  const file = await calls.open(path, NEW_RECORD, 0o600)
  try {
    await writeAll((...call) => calls.write(...call), file, [bytes], 0)
    if (durable) await syncFile(file)
  } finally {
    await calls.close(file)
  }
}

function parseRecord(value: unknown, stats: BigIntStats): FileRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('size' in value && value.size === String(stats.size))) return undefined
  if (!('mtimeNs' in value && value.mtimeNs === String(stats.mtimeNs))) return undefined
  if (!('name' in value && typeof value.name === 'string')) return undefined
  if (!('type' in value && typeof value.type === 'string')) return undefined
  const { name, type } = value
  return 'digest' in value && typeof value.digest === 'string' ? { name, type, digest: value.digest } : { name, type }
}
