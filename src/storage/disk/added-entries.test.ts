import { createHash, randomUUID } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { processOwner } from '../../file/process-owner.ts'
import type { SealedDraft } from '../draft.ts'
import type { StorageTransaction, TransactionLeader } from '../transaction.ts'
import { openDiskStorage } from './disk-storage.ts'
import type { DiskStorage, DiskStorageOptions } from './disk-storage.ts'
import { ManualClock } from './fixtures/manual-clock.ts'
import { Host } from './host.ts'

const RECORD = { filename: 'Ä.txt', type: 'text/plain' }

const base = mkdtempSync(join(tmpdir(), 'decant-added-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

function newFolder(): string {
  return mkdtempSync(join(base, 'folder-'))
}

const [, startTime, namespace, boot] = processOwner().split('.')
/** A dead process. Every process that can see it knows that: its process id belongs to a later process. */
const DEAD = [process.pid, Number(startTime) - 1, namespace, boot].join('.')

function storageOf(folder: string, name: string, options: DiskStorageOptions = {}): DiskStorage {
  return openDiskStorage(folder, options, new Host(new ManualClock(), name))
}

async function seal(storage: DiskStorage, text: string): Promise<SealedDraft> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(text))
  return draft.seal()
}

async function store(storage: DiskStorage, key: string): Promise<void> {
  await (await seal(storage, `stored ${key}`)).publish(key, RECORD)
}

async function add(transaction: StorageTransaction, storage: DiskStorage, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await transaction.reserve(await seal(storage, `added ${key}`), key, RECORD)
}

function visible(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name !== '.decant')
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

/** The content of the folders that a transaction uses. */
function remains(folder: string): string[] {
  const entries = ['drafts', 'prepared', 'reserved'].flatMap((name) =>
    readdirSync(join(folder, '.decant', name), { recursive: true, withFileTypes: true }),
  )
  return entries.filter((entry) => entry.isFile() && entry.name !== 'lease').map(({ name }) => name)
}

function preparedIn(folder: string): string {
  const prepared = join(folder, '.decant', 'prepared')
  return join(prepared, readdirSync(prepared)[0] ?? expect.unreachable())
}

const OLD = { old: 'stored old' }
const ADDED = { first: 'added first', later: 'added later' }

describe.each(['auto', 'never'] as const)('a prepared transaction that takes more files, with links: %s', (links) => {
  /** A folder in which a process has died. Its transaction publishes `first` and `later`, and deletes `old`. */
  async function diePrepared(): Promise<string> {
    const folder = newFolder()
    const storage = storageOf(folder, DEAD, { links })
    await store(storage, 'old')
    const transaction = storage.createTransaction()
    await add(transaction, storage, 'first')
    await transaction.prepare()
    await transaction.delete('old')
    await add(transaction, storage, 'later')
    return folder
  }

  test.each<['publish' | 'discard' | undefined, Record<string, string>]>([
    ['publish', ADDED],
    ['discard', OLD],
    // The process may have died before its handler had committed, and then a row still names the old file.
    [undefined, { ...ADDED, ...OLD }],
  ])('and whose process dies is settled as a whole: recover says %s', async (answer, expected) => {
    const folder = await diePrepared()
    const asked: unknown[] = []
    const recover = answer && { recover: ({ keys }: { keys: readonly string[] }) => (asked.push(keys), answer) }
    const storage = storageOf(folder, processOwner(), { links, ...recover })
    await storage.sweep()
    expect(visible(folder)).toEqual(expected)
    expect(asked).toEqual(answer === undefined ? [] : [['first', 'later']])
    expect(remains(folder)).toEqual([])
    for (const key of Object.keys(expected)) expect((await storage.stat(key))?.record).toEqual(RECORD)
  })

  test('and whose process dies before an entry has its name leaves nothing of that file', async () => {
    const folder = await diePrepared()
    const prepared = preparedIn(folder)
    renameSync(join(prepared, '2.json'), join(prepared, `${randomUUID()}.new`))
    const storage = storageOf(folder, processOwner(), { links, recover: () => 'publish' })
    await storage.sweep()
    expect(visible(folder)).toEqual({ first: 'added first' })
    // No transaction holds the reservation any more, so this sweep removes it.
    await storage.sweep()
    expect(remains(folder)).toEqual([])
    expect(await (await seal(storage, 'next')).publish('later', RECORD)).toBeDefined()
  })

  test('and whose process dies does not delete another file that has the key by then', async () => {
    const folder = await diePrepared()
    rmSync(join(folder, 'old'))
    writeFileSync(join(folder, 'old'), 'by hand')
    await storageOf(folder, processOwner(), { links, recover: () => 'publish' }).sweep()
    expect(visible(folder)).toEqual({ ...ADDED, old: 'by hand' })
    expect(remains(folder)).toEqual([])
  })

  test('and has an entry of an unknown kind is left to a newer version of Decant', async () => {
    const folder = await diePrepared()
    const prepared = preparedIn(folder)
    writeFileSync(join(prepared, '3.json'), '{"rename":{"key":"old"}}')
    const storage = storageOf(folder, processOwner(), { links, recover: () => 'publish' })
    await expect(storage.sweep()).rejects.toMatchObject({ code: 'storage-failed' })
    expect(visible(folder)).toEqual(OLD)
    rmSync(join(preparedIn(folder), '3.json'))
    await storage.sweep()
    expect(visible(folder)).toEqual(ADDED)
  })

  test('takes none after another process has taken it, and leaves their drafts as they were', async () => {
    const folder = newFolder()
    const storage = storageOf(folder, processOwner(), { links })
    await store(storage, 'old')
    const transaction = storage.createTransaction()
    await transaction.prepare()
    const prepared = preparedIn(folder)
    renameSync(prepared, prepared.replace(/@.*/, '@none'))
    const draft = await seal(storage, 'draft')
    await expect(transaction.reserve(draft, 'key', RECORD)).rejects.toMatchObject({ code: 'storage-failed' })
    await expect(transaction.delete('old')).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await draft.publish('other', RECORD)).toBeDefined()
    await transaction.rollback()
    await storage.sweep()
    expect(visible(folder)).toEqual({ ...OLD, other: 'draft' })
  })

  test('gives a draft back if the disk fails before its entry is in place', async () => {
    const folder = newFolder()
    const storage = storageOf(folder, processOwner(), { links })
    const transaction = storage.createTransaction()
    await transaction.prepare()
    const draft = await seal(storage, 'draft')
    const inTheWay = join(preparedIn(folder), '0.record')
    mkdirSync(inTheWay)
    await expect(transaction.reserve(draft, 'key', RECORD)).rejects.toMatchObject({ code: 'storage-failed' })
    rmdirSync(inTheWay)
    expect(readFileSync(draft.path?.() ?? '', 'utf8')).toBe('draft')
    expect(await transaction.reserve(draft, 'key', RECORD)).toBeDefined()
    await transaction.commit()
    expect(visible(folder)).toEqual({ key: 'draft' })
    expect((await storage.stat('key'))?.record).toEqual(RECORD)
    expect(remains(folder)).toEqual([])
  })

  test('deletes a file whose key it has tried before, even if the reservation is still there', async () => {
    const folder = newFolder()
    const storage = storageOf(folder, processOwner(), { links })
    await store(storage, 'old')
    const transaction = storage.createTransaction()
    await add(transaction, storage, 'first')
    await transaction.prepare()
    await transaction.delete('old')
    const reserved = join(folder, '.decant', 'reserved')
    const of = (key: string): string => join(reserved, createHash('sha256').update(key).digest('hex'))
    // The disk did not remove the reservation of a key that turned out to be taken.
    cpSync(of('first'), of('old'), { recursive: true })
    await transaction.commit()
    expect(await transaction.finish()).toEqual([])
    expect(visible(folder)).toEqual({ first: 'added first' })
    expect(remains(folder)).toEqual([])
  })

  test('leaves the files to delete to a sweep if the disk fails', async () => {
    const folder = newFolder()
    const storage = storageOf(folder, processOwner(), { links })
    await store(storage, 'old')
    const transaction = storage.createTransaction()
    await transaction.prepare()
    await transaction.delete('old')
    await transaction.commit()
    const drafts = join(folder, '.decant', 'drafts')
    const own = join(drafts, readdirSync(drafts).find((name) => name !== 'expiring') ?? '')
    // Files that are deleted are moved into the folder of the owner.
    renameSync(own, `${own}-away`)
    writeFileSync(own, '')
    expect(await transaction.finish()).toEqual([])
    expect(visible(folder)).toEqual(OLD)
    rmSync(own)
    renameSync(`${own}-away`, own)
    await storage.sweep()
    expect(visible(folder)).toEqual({})
    expect(remains(folder)).toEqual([])
  })
})

describe('a storage that joins a prepared transaction', () => {
  /** Begins a transaction that follows the leader, as an upload transaction does. */
  async function follow(
    storage: DiskStorage,
    leader: StorageTransaction,
    isPrepared = true,
  ): Promise<StorageTransaction> {
    const follower = storage.createTransaction(leader)
    await leader.addFollower?.(follower.journal ?? '')
    if (isPrepared) await follower.prepare()
    return follower
  }

  /** The folders of a process that died, after it had prepared one storage and then used the other. */
  async function diePrepared(firstHasFile: boolean): Promise<[one: string, two: string]> {
    const [one, two] = [newFolder(), newFolder()]
    const [first, second] = [storageOf(one, DEAD), storageOf(two, DEAD)]
    await store(second, 'old')
    const leader = first.createTransaction()
    if (firstHasFile) await add(leader, first, 'first')
    await leader.prepare()
    const follower = await follow(second, leader)
    await add(follower, second, 'later')
    await follower.delete('old')
    return [one, two]
  }

  test.each<['publish' | 'discard' | undefined, Record<string, string>, Record<string, string>]>([
    ['publish', { first: 'added first' }, { later: 'added later' }],
    ['discard', {}, OLD],
    [undefined, { first: 'added first' }, { later: 'added later', ...OLD }],
  ])('follows its verdict if the process dies: recover says %s', async (answer, first, second) => {
    const folders = await diePrepared(true)
    const asked: unknown[] = []
    const recover = answer && { recover: ({ keys }: { keys: readonly string[] }) => (asked.push(keys), answer) }
    const next = folders.map((folder) => storageOf(folder, processOwner(), { ...recover }))
    for (const storage of [...next, ...next, ...next].toReversed()) await storage.sweep()
    expect(folders.map(visible)).toEqual([first, second])
    expect(asked).toEqual(answer === undefined ? [] : [['first']])
    expect(folders.flatMap(remains)).toEqual([])
  })

  test('follows also a leader that has no files itself', async () => {
    const folders = await diePrepared(false)
    const next = folders.map((folder) => storageOf(folder, processOwner(), { recover: () => 'publish' }))
    for (const storage of [...next, ...next]) await storage.sweep()
    expect(folders.map(visible)).toEqual([{}, { later: 'added later' }])
    expect(folders.flatMap(remains)).toEqual([])
  })

  test('holds nothing up if the process dies before the storage is prepared', async () => {
    const [one, two] = [newFolder(), newFolder()]
    const [first, second] = [storageOf(one, DEAD), storageOf(two, DEAD)]
    const leader = first.createTransaction()
    await add(leader, first, 'first')
    await leader.prepare()
    await follow(second, leader, false)
    await storageOf(one, processOwner(), { recover: () => 'publish' }).sweep()
    expect(visible(one)).toEqual({ first: 'added first' })
    expect(remains(one)).toEqual([])
  })

  test('deletes nothing and publishes nothing if the leader was discarded before', async () => {
    const [one, two] = [newFolder(), newFolder()]
    const [first, second] = [storageOf(one, processOwner()), storageOf(two, processOwner())]
    await store(second, 'old')
    const leader = first.createTransaction()
    await leader.prepare()
    const follower = await follow(second, leader)
    await follower.delete('old')
    rmSync(preparedIn(one), { recursive: true })
    await expect(follower.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    await follower.defer()
    await second.sweep()
    expect(visible(two)).toEqual(OLD)
    expect(remains(two)).toEqual([])
  })

  test('leads under the id of the others if they have no journal', async () => {
    const folder = newFolder()
    const storage = storageOf(folder, DEAD)
    const others: TransactionLeader = { id: randomUUID() }
    const transaction = storage.createTransaction(others)
    await add(transaction, storage, 'first')
    await transaction.prepare()
    const asked: string[] = []
    await storageOf(folder, processOwner(), { recover: ({ id }) => (asked.push(id), 'publish') }).sweep()
    expect([transaction.id, ...asked]).toEqual([others.id, others.id])
    expect(visible(folder)).toEqual({ first: 'added first' })
  })
})

test('a transaction without any entry is discarded when its process is dead, and `recover` is not asked', async () => {
  const folder = newFolder()
  await storageOf(folder, DEAD).createTransaction().prepare()
  await storageOf(folder, processOwner(), { recover: () => expect.unreachable() }).sweep()
  expect(remains(folder)).toEqual([])
})
