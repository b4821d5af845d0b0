import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../../file/system-error.ts'
import type { DraftPlace } from './draft-place.ts'
import { folderNames } from './folder-names.ts'
import { writeNewFile } from './new-file.ts'

/** The start of the name of a file in the transaction's folder. The rest of the name is the owner that began it. */
const OWNER = 'owner.'

/** An entry of a transaction's journal: a file that gets its key with the commit. */
export interface JournalEntry {
  /** The draft and its record are named after this number. */
  readonly number: number
  readonly key: string
  /** The version of the stored file. It shows later whether the file under the key is still this one. */
  readonly version: string
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
  await writeNewFile(calls, join(folder, 'company'), JSON.stringify(company), durable)
}

/** The owner that began a transaction. `undefined` if the folder does not say. */
export async function readOwner(folder: string): Promise<string | undefined> {
  const name = (await folderNames(folder)).find((each) => each.startsWith(OWNER))
  return name?.slice(OWNER.length)
}

export async function readCompany(folder: string): Promise<Company> {
  const value = await readJson(join(folder, 'company'))
  if (typeof value !== 'object' || value === null) return { followers: [] }
  const followers = 'followers' in value && Array.isArray(value.followers) ? value.followers.map(String) : []
  return 'leader' in value && typeof value.leader === 'string' ? { leader: value.leader, followers } : { followers }
}

/** Writes an entry, which never changes. It counts as soon as its file has its name in the folder. */
export async function writeEntry(
  { folder: { calls }, durable }: DraftPlace,
  folder: string,
  { number, key, version }: JournalEntry,
): Promise<void> {
  const text = JSON.stringify({ save: { key, version } })
  await writeNewFile(calls, entryPath(folder, number), text, durable)
}

function entryPath(folder: string, number: number): string {
  return join(folder, `${number}.json`)
}

/**
 * The entries in a folder, in their order. `undefined` if there are none, or if a loss of power destroyed one before it
 * reached the medium. A draft without its entry is litter.
 */
export async function readEntries(folder: string): Promise<JournalEntry[] | undefined> {
  const numbers = (await folderNames(folder)).flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number)
  if (numbers.length === 0) return readFormerEntries(folder)
  const entries: JournalEntry[] = []
  for (const number of numbers.toSorted((one, other) => one - other)) {
    const value = await readJson(entryPath(folder, number))
    if (typeof value !== 'object' || value === null) return undefined
    if (!('save' in value))
      throw new Error('A journal has an entry of a kind that this version of Decant does not know.')
    const { save } = value
    if (typeof save !== 'object' || save === null || !('key' in save) || !('version' in save)) return undefined
    entries.push({ number, key: String(save.key), version: String(save.version) })
  }
  return entries
}

/** The entries of format 1, which has one list of all files. */
async function readFormerEntries(folder: string): Promise<JournalEntry[] | undefined> {
  const list = await readJson(join(folder, 'files'))
  if (!Array.isArray(list)) return undefined
  return list.map(([key, version]: unknown[], number) => ({ number, key: String(key), version: String(version) }))
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
