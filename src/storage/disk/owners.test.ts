import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { processOwner } from '../../file/process-owner.ts'
import type { SealedDraft } from '../draft.ts'
import type { Recover, StorageTransaction } from '../transaction.ts'
import { openDiskStorage } from './disk-storage.ts'
import type { DiskStorage, DiskStorageOptions } from './disk-storage.ts'
import { advanceTogether, ManualClock } from './fixtures/manual-clock.ts'
import { Host } from './host.ts'

const RECORD = { filename: 'Ä.txt', type: 'text/plain' }
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

const base = mkdtempSync(join(tmpdir(), 'decant-owners-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

function newFolder(): string {
  return mkdtempSync(join(base, 'folder-'))
}

/** The name of a process that differs from this one in one fact. */
function processLike(change: { startTime?: string; namespace?: string; boot?: string }): string {
  const [pid, startTime = '', namespace = '', boot = ''] = processOwner().split('.')
  return [pid, change.startTime ?? startTime, change.namespace ?? namespace, change.boot ?? boot].join('.')
}

interface Process {
  readonly clock: ManualClock
  readonly storage: DiskStorage
}

/** An imagined process that uses a folder. It has its own name and clock. */
function processOf(folder: string, name: string, options: DiskStorageOptions = {}): Process {
  const clock = new ManualClock()
  return { clock, storage: openDiskStorage(folder, options, new Host(clock, name)) }
}

/** Two processes that cannot see each other. */
function strangers(options: DiskStorageOptions = {}): { folder: string; theirs: Process; ours: Process } {
  const folder = newFolder()
  const theirs = processOf(folder, processLike({ namespace: '1' }), options)
  return { folder, theirs, ours: processOf(folder, processOwner(), options) }
}

async function seal(storage: DiskStorage, text: string): Promise<SealedDraft> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(text))
  return draft.seal()
}

async function prepare(storage: DiskStorage, key: string): Promise<StorageTransaction> {
  const transaction = storage.createTransaction()
  await transaction.reserve(await seal(storage, key), key, RECORD)
  await transaction.prepare()
  return transaction
}

function draftsIn(folder: string): string[] {
  const entries = readdirSync(join(folder, '.decant', 'drafts'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && entry.name !== 'lease').map(({ name }) => name)
}

function ownersIn(folder: string): string[] {
  return readdirSync(join(folder, '.decant', 'drafts')).filter((name) => name !== 'expiring')
}

function visible(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name !== '.decant')
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

/** The private files that a settled transaction must not leave. */
function remains(folder: string): string[] {
  return ['prepared', 'reserved'].flatMap((name) => readdirSync(join(folder, '.decant', name)))
}

describe.each([
  ['in another container', { namespace: '1' }],
  ['with another boot id', { boot: '00000000-0000-4000-8000-000000000000' }],
])('a process %s', (_, other) => {
  test('loses its drafts within two minutes after its death, and not before 75 seconds of silence', async () => {
    const folder = newFolder()
    const theirs = processOf(folder, processLike(other))
    const ours = processOf(folder, processOwner())
    await theirs.storage.createDraft().flush()
    await seal(theirs.storage, 'sealed')
    expect(await ours.storage.sweep()).toBe(0)
    await ours.clock.advance(74_000)
    expect(draftsIn(folder)).toHaveLength(2)
    expect(await ours.storage.sweep()).toBe(0)
    await ours.clock.advance(46_000)
    expect(draftsIn(folder)).toEqual([])
  })

  test('keeps its drafts as long as it lives, however often others sweep', async () => {
    const folder = newFolder()
    const theirs = processOf(folder, processLike(other))
    const ours = processOf(folder, processOwner())
    const draft = await seal(theirs.storage, 'theirs')
    const transaction = await prepare(theirs.storage, 'promised')
    for (let minute = 0; minute < 10; minute++) {
      expect(await ours.storage.sweep()).toBe(0)
      await advanceTogether(MINUTE_MS, theirs.clock, ours.clock)
    }
    expect(await draft.publish('key', RECORD)).toBeDefined()
    await transaction.commit()
    expect(visible(folder)).toEqual({ key: 'theirs', promised: 'promised' })
  })
})

describe('a process that cannot be seen', () => {
  test('is watched from the beginning again if the watching process itself was stopped', async () => {
    const { folder, theirs, ours } = strangers()
    await seal(theirs.storage, 'theirs')
    await ours.storage.sweep()
    await ours.clock.advance(60_000)
    ours.clock.sleep(60_000)
    await ours.clock.advance(60_000)
    expect(draftsIn(folder)).toHaveLength(1)
    await ours.clock.advance(30_000)
    expect(draftsIn(folder)).toEqual([])
  })

  test('keeps its drafts if the clock of another process jumps a year ahead', async () => {
    const { theirs, ours } = strangers()
    const draft = await seal(theirs.storage, 'theirs')
    const transaction = await prepare(theirs.storage, 'promised')
    await ours.storage.sweep()
    ours.clock.time += 366 * DAY_MS
    expect(await ours.storage.sweep()).toBe(0)
    await advanceTogether(2 * MINUTE_MS, theirs.clock, ours.clock)
    expect(await draft.publish('key', RECORD)).toBeDefined()
    await transaction.commit()
  })

  test('and has no lease counts as gone if its files have not changed for a day', async () => {
    const folder = newFolder()
    const { clock, storage } = processOf(folder, processOwner())
    await storage.createDraft().discard()
    await storage.sweep()
    const own = join(folder, '.decant', 'drafts', processLike({ namespace: '1' }))
    const path = join(own, 'a'.repeat(32))
    const setAge = (age: number): void => {
      const time = new Date(clock.wall() - age)
      for (const each of [path, own]) utimesSync(each, time, time)
    }
    mkdirSync(own, { recursive: true, mode: 0o700 })
    writeFileSync(path, 'draft')
    setAge(DAY_MS - 10 * MINUTE_MS)
    await clock.advance(2 * MINUTE_MS)
    expect(existsSync(path)).toBe(true)
    setAge(DAY_MS + MINUTE_MS)
    await clock.advance(2 * MINUTE_MS)
    expect(existsSync(path)).toBe(false)
  })
})

describe('a process that was stopped for ten minutes', () => {
  test('fails the uploads whose drafts were taken, and takes new ones', async () => {
    const { folder, theirs, ours } = strangers()
    const draft = await seal(theirs.storage, 'before')
    const running = theirs.storage.createDraft()
    await running.append(new TextEncoder().encode('before'))
    await running.flush()
    const [former] = ownersIn(folder)
    await ours.storage.sweep()
    await ours.clock.advance(10 * MINUTE_MS)
    theirs.clock.sleep(10 * MINUTE_MS)
    await expect(draft.publish('key', RECORD)).rejects.toMatchObject({ code: 'storage-failed' })
    const sealed = await running.seal()
    await expect(sealed.publish('key', RECORD)).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await (await seal(theirs.storage, 'after')).publish('key', RECORD)).toBeDefined()
    expect(visible(folder)).toEqual({ key: 'after' })
    expect(ownersIn(folder)).not.toContain(former)
  })

  test('continues its uploads if no draft was taken', async () => {
    const { folder, theirs } = strangers()
    const draft = await seal(theirs.storage, 'before')
    theirs.clock.sleep(10 * MINUTE_MS)
    expect(await draft.publish('key', RECORD)).toBeDefined()
    expect(visible(folder)).toEqual({ key: 'before' })
  })

  test.each([
    ['the monotonic clock', (clock: ManualClock) => clock.sleep(31_000)],
    ['the wall clock', (clock: ManualClock) => void (clock.time += 31_000)],
    ['a wall clock that went back', (clock: ManualClock) => void (clock.time -= 31_000)],
  ])('touches its lease before its next link, if it was stopped by %s', async (_, pass) => {
    const { folder, theirs } = strangers()
    const draft = await seal(theirs.storage, 'before')
    const lease = join(folder, '.decant', 'drafts', ownersIn(folder)[0] ?? '', 'lease')
    const long = new Date('2000-01-01')
    utimesSync(lease, long, long)
    pass(theirs.clock)
    await draft.publish('key', RECORD)
    expect(statSync(lease).mtimeMs).toBeGreaterThan(long.getTime())
  })

  test('publishes nothing if it cannot touch its lease', async () => {
    const { folder, theirs } = strangers()
    const draft = await seal(theirs.storage, 'before')
    theirs.clock.sleep(31_000)
    rmSync(join(folder, '.decant', 'drafts', ownersIn(folder)[0] ?? '', 'lease'))
    await expect(draft.publish('key', RECORD)).rejects.toMatchObject({ code: 'storage-failed' })
    expect(visible(folder)).toEqual({})
  })

  test('ends a transaction that was taken in the same way as the process that took it', async () => {
    for (const answer of ['publish', 'discard'] as const) {
      const { folder, theirs, ours } = strangers({ recover: () => answer, recoverFences: true })
      const [committed, rolledBack] = [await prepare(theirs.storage, 'one'), await prepare(theirs.storage, 'two')]
      await ours.storage.sweep()
      await ours.clock.advance(10 * MINUTE_MS)
      theirs.clock.sleep(10 * MINUTE_MS)
      const isCommitted = await committed.commit().then(
        () => true,
        () => false,
      )
      expect([isCommitted, await rolledBack.rollback()]).toEqual(answer === 'publish' ? [true, false] : [false, true])
      expect(visible(folder)).toEqual(answer === 'publish' ? { one: 'one', two: 'two' } : {})
      expect(remains(folder)).toEqual([])
    }
  })

  test('decides about a taken transaction itself if the other process could not decide yet', async () => {
    const { folder, theirs, ours } = strangers({ recover: () => 'discard' })
    const [committed, rolledBack] = [await prepare(theirs.storage, 'one'), await prepare(theirs.storage, 'two')]
    await ours.storage.sweep()
    await ours.clock.advance(10 * MINUTE_MS)
    theirs.clock.sleep(10 * MINUTE_MS)
    await expect(committed.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    await committed.defer()
    expect(await rolledBack.rollback()).toBe(true)
    await ours.storage.sweep()
    expect(visible(folder)).toEqual({ one: 'one' })
    expect(remains(folder)).toEqual([])
  })
})

describe('a transaction of a process that cannot be seen', () => {
  test('is published within two minutes of the death if its row exists', async () => {
    const asked: unknown[] = []
    const recover: Recover = (question) => (asked.push(question), 'publish')
    const { folder, theirs, ours } = strangers({ recover })
    const { id } = await prepare(theirs.storage, 'cat')
    await advanceTogether(MINUTE_MS, theirs.clock, ours.clock)
    await ours.storage.sweep()
    expect(asked).toEqual([])
    await ours.clock.advance(2 * MINUTE_MS)
    expect(asked).toEqual([{ id, keys: ['cat'] }])
    expect(visible(folder)).toEqual({ cat: 'cat' })
    expect(remains(folder)).toEqual([])
  })

  test('keeps its keys for a day if its row is missing, because the row may still come', async () => {
    const { folder, theirs, ours } = strangers({ recover: () => 'discard' })
    await prepare(theirs.storage, 'cat')
    await ours.storage.sweep()
    await ours.clock.advance(60 * MINUTE_MS)
    expect(remains(folder)).toHaveLength(2)
    const rival = await seal(ours.storage, 'rival')
    expect(await rival.publish('cat', RECORD)).toBeUndefined()
    ours.clock.time += DAY_MS
    await ours.clock.advance(MINUTE_MS)
    expect(remains(folder)).toEqual([])
    expect(await rival.publish('cat', RECORD)).toBeDefined()
  })

  test('is discarded after two minutes if its row is missing and `recover` makes sure that it stays missing', async () => {
    let asked = 0
    const recover: Recover = () => (asked++, 'discard')
    const { folder, theirs, ours } = strangers({ recover, recoverFences: true })
    await prepare(theirs.storage, 'cat')
    await ours.storage.sweep()
    await ours.clock.advance(100_000)
    expect(asked).toBe(0)
    await ours.clock.advance(20_000)
    expect(asked).toBe(1)
    expect(visible(folder)).toEqual({})
    expect(remains(folder)).toEqual([])
  })

  test('is published after a day if there is no `recover`', async () => {
    const { folder, theirs, ours } = strangers()
    await prepare(theirs.storage, 'cat')
    await ours.storage.sweep()
    await ours.clock.advance(60 * MINUTE_MS)
    expect(visible(folder)).toEqual({})
    ours.clock.time += DAY_MS
    await ours.clock.advance(MINUTE_MS)
    expect(visible(folder)).toEqual({ cat: 'cat' })
  })

  test('is not discarded by a third process after the second one took it and died', async () => {
    const { folder, theirs, ours } = strangers({ recover: () => 'discard' })
    const transaction = await prepare(theirs.storage, 'cat')
    await ours.storage.sweep()
    await ours.clock.advance(3 * MINUTE_MS)
    await ours.clock.advance(MINUTE_MS)
    const third = processOf(folder, processLike({ namespace: '2' }), { recover: () => 'discard' })
    await third.storage.sweep()
    await third.clock.advance(5 * MINUTE_MS)
    theirs.clock.sleep(10 * MINUTE_MS)
    await transaction.commit().catch(() => transaction.defer())
    await third.storage.sweep()
    expect(visible(folder)).toEqual({ cat: 'cat' })
  })

  test('is ended by its verdict, without asking again, if the process that gave the verdict died', async () => {
    const { folder, theirs, ours } = strangers({ recover: () => 'publish' })
    await prepare(theirs.storage, 'pets/cat')
    rmSync(join(folder, 'pets'), { recursive: true })
    writeFileSync(join(folder, 'pets'), 'in the way')
    await ours.storage.sweep()
    await ours.clock.advance(2 * MINUTE_MS)
    rmSync(join(folder, 'pets'))
    const third = processOf(folder, processLike({ namespace: '2' }), { recover: () => expect.unreachable() })
    await third.storage.sweep()
    await third.clock.advance(2 * MINUTE_MS)
    expect(readFileSync(join(folder, 'pets', 'cat'), 'utf8')).toBe('pets/cat')
    expect(remains(folder)).toEqual([])
  })
})

describe('a storage that is closed', () => {
  test('removes the folder of its process, and can be used again', async () => {
    const folder = newFolder()
    const { storage } = processOf(folder, processOwner())
    await (await seal(storage, 'one')).publish('one', RECORD)
    expect(ownersIn(folder)).toHaveLength(1)
    await storage.close()
    expect(ownersIn(folder)).toEqual([])
    await storage.close()
    await (await seal(storage, 'two')).publish('two', RECORD)
    await storage.close()
    expect(ownersIn(folder)).toEqual([])
    expect(visible(folder)).toEqual({ one: 'one', two: 'two' })
  })

  test('keeps the folder of its process for other storages of the process, and for its own drafts', async () => {
    const folder = newFolder()
    const host = new Host(new ManualClock(), processOwner())
    const [one, other] = [openDiskStorage(folder, {}, host), openDiskStorage(folder, {}, host)]
    const draft = await seal(one, 'one')
    await other.createDraft().discard()
    await (await seal(other, 'other')).publish('other', RECORD)
    await other.close()
    expect(await draft.publish('one', RECORD)).toBeDefined()
    const late = await seal(one, 'late')
    await one.close()
    expect(await late.publish('late', RECORD)).toBeDefined()
  })

  test('no longer watches other processes', async () => {
    const { folder, theirs, ours } = strangers()
    await seal(theirs.storage, 'theirs')
    await ours.storage.sweep()
    await ours.storage.close()
    await ours.clock.advance(10 * MINUTE_MS)
    expect(draftsIn(folder)).toHaveLength(1)
  })
})
