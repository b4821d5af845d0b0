import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { isUploadError } from '../../errors/upload-error.ts'
import { newTimedId, timedFolder } from '../../storage/timed-id.ts'
import { collect } from '../collect.ts'
import type { SealedDraft } from '../../storage/draft.ts'
import type { FileRecord, ListOptions, Storage, StorageEntry } from '../../storage/storage.ts'

/** Promises by their sentences; each rejects if the empty storage does not keep it. */
export type Promises<Kind extends Storage = Storage> = Readonly<Record<string, (storage: Kind) => Promise<void>>>

/** Milliseconds in which a storage that keeps what is read often has begun to keep it. */
const OFTEN_MS = 250

export const RECORD: FileRecord = { filename: 'Änderung "1".TXT', type: 'text/plain', digest: 'sha-256=:AAAA:' }

/** Ranges of 600,000 bytes. */
export const RANGES: readonly (readonly [start?: number, end?: number])[] = [
  [],
  [0, 0],
  [0, 1],
  [1],
  [599_999],
  [600_000],
  [262_143, 262_145],
  [1, 599_999],
]

/** Keys that are not valid. */
export const NO_RANGES: readonly (readonly [start: number, end: number])[] = [
  [-1, 1],
  [2, 1],
  [0, 600_001],
  [0.5, 1],
  [Number.NaN, 1],
]

export async function seal(storage: Storage, bytes: Uint8Array): Promise<SealedDraft> {
  const draft = storage.createDraft()
  await draft.append(bytes)
  return draft.seal()
}

export async function store(storage: Storage, key: string, bytes: Uint8Array): Promise<StorageEntry | undefined> {
  return (await seal(storage, bytes)).publish(key, RECORD)
}

/**
 * A key as a set would give it to a file with a record. A storage that gives each key once may know the time of a file
 * by its key alone.
 */
export function newKey(storage: Storage, name: string): string {
  return storage.keys === 'once' ? `${timedFolder(newTimedId(), true)}/${name.replaceAll('/', '-')}` : name
}

export async function read(storage: Storage, key: string): Promise<Uint8Array> {
  const file = await storage.open(key)
  ok(file !== undefined, `there is no ${key}`)
  return collect(file.stream())
}

/** Reads a file again and again. */
export async function readOften(storage: Storage, key: string): Promise<void> {
  const start = performance.now()
  while (performance.now() - start < OFTEN_MS) await read(storage, key)
}

/** Every key, page by page. */
export async function keys(storage: Storage, options: ListOptions = {}): Promise<string[]> {
  const found: string[] = []
  let page = await storage.list(options)
  for (;;) {
    ok(page.entries.length <= (options.limit ?? 100))
    found.push(...page.entries.map(({ key }) => key))
    if (page.next === undefined) return found
    page = await storage.list({ ...options, cursor: page.next })
  }
}

export async function showsNothing(storage: Storage, id: string): Promise<void> {
  deepEqual(await storage.list(), { entries: [] })
  deepEqual(await storage.list({ order: 'newest' }), { entries: [] })
  equal(await storage.stat(id), undefined)
  equal(await storage.open(id), undefined)
}

export async function refuses(promise: Promise<unknown>, code: string): Promise<void> {
  await rejects(promise, (error) => isUploadError(error) && error.code === code)
}

export function join(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0))
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

/** `getRandomValues` gives at most 64 KiB at a time. */
export function randomBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let start = 0; start < size; start += 65_536) crypto.getRandomValues(bytes.subarray(start, start + 65_536))
  return bytes
}
