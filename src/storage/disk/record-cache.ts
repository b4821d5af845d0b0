import { hash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { FileRecord } from '../storage.ts'
import { pathIn } from '../../file/path-in.ts'
import { isMissing } from '../../file/system-error.ts'

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
  async adopt(key: string, path: string): Promise<void> {
    await rename(path, this.#path(key))
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

/** Writes down what is to be kept of a file with these stats, at `path`, from where it can be adopted. */
export async function writeRecord(
  path: string,
  record: FileRecord,
  stats: BigIntStats,
  durable: boolean,
): Promise<void> {
  const { name, type, digest } = record
  const valid = { size: String(stats.size), mtimeNs: String(stats.mtimeNs) }
  await writeFile(path, JSON.stringify({ name, type, digest, ...valid }), { mode: 0o600, flush: durable })
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
