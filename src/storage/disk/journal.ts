import { randomUUID } from 'node:crypto'
import { readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../../file/exists.ts'
import { flushFolder } from '../../file/folder-flush.ts'
import { hasCode } from '../../file/system-error.ts'
import type { DraftPlace } from './draft-place.ts'
import { folderNames } from './folder-names.ts'
import { writeNewFile } from './new-file.ts'

/** The start of the name of a file in the transaction's folder. The rest of the name is the owner that began it. */
const OWNER = 'owner.'
const COMPANY = 'company'
/** The end of the name of a file that is not in its place yet. */
const NEW = '.new'

/** An entry of a transaction's journal. It never changes. */
export interface JournalEntry {
  /** The name of the entry. The draft and the record of a file to publish are named after it, too. */
  readonly number: number
  readonly key: string
  /** The version of the file. It shows later whether the file under the key is still this one. */
  readonly version: string
}

/** The entries of a transaction's journal, in their order. */
export interface Journal {
  /** Files that get their keys with the commit. */
  readonly saves: readonly JournalEntry[]
  /** Files that are deleted after that. */
  readonly deletes: readonly JournalEntry[]
}

/** The other journals of a transaction of several storages. One journal holds the verdict, and the others follow it. */
export interface Company {
  /** The journal that holds the verdict. Absent if it is this one. */
  readonly leader?: string
  /** The journals that follow this one. */
  readonly followers: readonly string[]
}

/** Writes down the owner that begins the transaction in `folder`, and its company. Rejects with the system's error. */
export async function writeHead(
  { folder: { calls }, durable }: DraftPlace,
  folder: string,
  owner: string,
  company: Company,
): Promise<void> {
  await writeNewFile(calls, join(folder, OWNER + owner), '', false)
  if (company.leader === undefined && company.followers.length === 0) return
  await writeNewFile(calls, join(folder, COMPANY), JSON.stringify(company), durable)
}

/** Replaces the company of a prepared transaction, in one step. Rejects with the system's error. */
export async function replaceCompany(place: DraftPlace, folder: string, company: Company): Promise<void> {
  await putInPlace(place, folder, { name: COMPANY, value: company })
}

/** The owner that began a transaction. `undefined` if the folder does not say. */
export async function readOwner(folder: string): Promise<string | undefined> {
  const name = (await folderNames(folder)).find((each) => each.startsWith(OWNER))
  return name?.slice(OWNER.length)
}

export async function readCompany(folder: string): Promise<Company> {
  const value = await readJson(join(folder, COMPANY))
  if (typeof value !== 'object' || value === null) return { followers: [] }
  const followers = 'followers' in value && Array.isArray(value.followers) ? value.followers.map(String) : []
  return 'leader' in value && typeof value.leader === 'string' ? { leader: value.leader, followers } : { followers }
}

/** Writes an entry for a file to publish. The folder must not be among the prepared ones yet. */
export async function writeEntry(
  { folder: { calls }, durable }: DraftPlace,
  folder: string,
  { number, key, version }: JournalEntry,
): Promise<void> {
  const text = JSON.stringify({ save: { key, version } })
  await writeNewFile(calls, join(folder, entryName(number)), text, durable)
}

/**
 * Adds an entry to a prepared transaction. It counts as soon as its file has its name in the folder, which is one step.
 * Rejects with the system's error, which is `ENOENT` if another process has taken the transaction.
 */
export async function addEntry(
  place: DraftPlace,
  folder: string,
  kind: 'save' | 'delete',
  { number, key, version }: JournalEntry,
): Promise<void> {
  await putInPlace(place, folder, { name: entryName(number), value: { [kind]: { key, version } } })
}

/** Removes an entry whose file may have its name already. Never rejects. */
export async function removeEntry(folder: string, number: number): Promise<void> {
  try {
    await unlink(join(folder, entryName(number)))
  } catch {
    // ENOENT: it is not there, or another process has taken the folder. EIO, EROFS, ...: the entry may stay.
  }
}

interface NamedValue {
  readonly name: string
  readonly value: unknown
}

/** Other processes may read the folder at any time, so a file gets its name only when it is whole. */
async function putInPlace(
  { folder: { calls, owner }, durable }: DraftPlace,
  folder: string,
  { name, value }: NamedValue,
): Promise<void> {
  // The process may have been stopped for so long that it counts as dead.
  await owner.confirm()
  const written = join(folder, `${randomUUID()}${NEW}`)
  await writeNewFile(calls, written, JSON.stringify(value), durable)
  await calls.rename(written, join(folder, name))
  if (durable) await flushFolder(folder)
}

function entryName(number: number): string {
  return `${number}.json`
}

/** Whether a file in the folder belongs to an entry. */
export function isOfEntry(name: string): boolean {
  return /^\d+(?:\.(?:json|record))?$/.test(name) || name.endsWith(NEW)
}

/**
 * The entries in a folder. `undefined` if a loss of power destroyed one before it reached the medium. A draft without
 * its entry is litter.
 */
export async function readJournal(folder: string): Promise<Journal | undefined> {
  const numbers = (await folderNames(folder)).flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number)
  if (numbers.length === 0) return readFormerJournal(folder)
  const saves: JournalEntry[] = []
  const deletes: JournalEntry[] = []
  for (const number of numbers.toSorted((one, other) => one - other)) {
    const value = await readJson(join(folder, entryName(number)))
    if (typeof value !== 'object' || value === null) return undefined
    const [entries, fact] =
      'save' in value ? [saves, value.save] : 'delete' in value ? [deletes, value.delete] : [undefined, undefined]
    if (entries === undefined)
      throw new Error('A journal has an entry of a kind that this version of Decant does not know.')
    if (typeof fact !== 'object' || fact === null || !('key' in fact) || !('version' in fact)) return undefined
    entries.push({ number, key: String(fact.key), version: String(fact.version) })
  }
  return { saves, deletes }
}

/** The entries of format 1, which has one list of all files. Without that list, there are no entries. */
async function readFormerJournal(folder: string): Promise<Journal | undefined> {
  const path = join(folder, 'files')
  if (!(await exists(path))) return { saves: [], deletes: [] }
  const list = await readJson(path)
  if (!Array.isArray(list)) return undefined
  const saves = list.map(([key, version]: unknown[], number) => ({
    number,
    key: String(key),
    version: String(version),
  }))
  return { saves, deletes: [] }
}

/** `undefined` if there is no such file, or only a part of it. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return undefined
    throw error
  }
}
