import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { processOwner } from '../../file/process-owner.ts'
import type { StorageTransaction, TransactionLeader } from '../transaction.ts'
import { openDiskStorage } from './disk-storage.ts'
import type { DiskStorage, DiskStorageOptions } from './disk-storage.ts'
import { ManualClock } from './fixtures/manual-clock.ts'
import { Host } from './host.ts'

const RECORD = { filename: 'Ä.txt', type: 'text/plain' }
const WAYS = ['auto', 'never'] as const

const base = mkdtempSync(join(tmpdir(), 'decant-settlement-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

function newFolder(): string {
  return mkdtempSync(join(base, 'folder-'))
}

const [, startTime, namespace, boot] = processOwner().split('.')
/** A dead process. Every process that can see it knows that: its process id belongs to a later process. */
const DEAD = [process.pid, Number(startTime) - 1, namespace, boot].join('.')
const STRANGER = [process.pid, startTime, '1', boot].join('.')

function storageOf(folder: string, name: string, options: DiskStorageOptions = {}): DiskStorage {
  return openDiskStorage(folder, options, new Host(new ManualClock(), name))
}

async function prepare(storage: DiskStorage, key: string, leader?: TransactionLeader): Promise<StorageTransaction> {
  const transaction = storage.createTransaction(leader)
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(key))
  await transaction.reserve(await draft.seal(), key, RECORD)
  return transaction
}

function visible(folder: string): string[] {
  return readdirSync(folder).filter((name) => name !== '.decant')
}

function remains(folder: string): string[] {
  return ['prepared', 'reserved'].flatMap((name) => readdirSync(join(folder, '.decant', name)))
}

describe.each(WAYS)('a sweep, with links: %s', (links) => {
  test('goes on after an owner that it cannot take, settles the others, and rejects with the first failure', async () => {
    const folder = newFolder()
    const living = storageOf(folder, processOwner(), { links })
    await living.createDraft().discard()
    await (await prepare(storageOf(folder, DEAD, { links }), 'cat')).prepare()
    const drafts = join(folder, '.decant', 'drafts')
    const own = readdirSync(drafts).find((name) => name.startsWith(processOwner())) ?? ''
    // One owner cannot be taken, because a folder is in the way. Of the others, one comes before it and one after it.
    const owners = ['0', '1', '2'].map((digit) => `${DEAD}.${digit.repeat(16)}`)
    for (const owner of owners) {
      mkdirSync(join(drafts, owner))
      writeFileSync(join(drafts, owner, 'a'.repeat(32)), 'draft')
    }
    const inTheWay = join(drafts, own, `${owners[1]}.taken`, 'full')
    mkdirSync(inTheWay, { recursive: true })
    await expect(living.sweep()).rejects.toMatchObject({ code: 'storage-failed' })
    expect(visible(folder)).toEqual(['cat'])
    expect(owners.map((owner) => existsSync(join(drafts, owner)))).toEqual([false, true, false])
    rmSync(inTheWay, { recursive: true })
    expect(await living.sweep()).toBe(1)
    expect(remains(folder)).toEqual([])
  })

  test('publishes a deferred transaction at once, even one of a living process that cannot be seen', async () => {
    const folder = newFolder()
    const transaction = await prepare(storageOf(folder, STRANGER, { links }), 'pets/cat')
    await transaction.prepare()
    renameSync(join(folder, 'pets'), join(folder, 'other'))
    writeFileSync(join(folder, 'pets'), 'in the way')
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    await transaction.defer()
    rmSync(join(folder, 'pets'))
    await storageOf(folder, processOwner(), { links, recover: () => expect.unreachable() }).sweep()
    expect(readFileSync(join(folder, 'pets', 'cat'), 'utf8')).toBe('pets/cat')
    expect(remains(folder)).toEqual([])
  })
})

describe('a transaction over two storages', () => {
  /** The folders and the leader of a process that died with both prepared, and the storages of the next process. */
  async function diePrepared(answer: 'publish' | 'discard', isFollowing = true) {
    const [one, two] = [newFolder(), newFolder()]
    const asked: string[] = []
    const leader = await prepare(storageOf(one, DEAD), 'cover')
    const follower = await prepare(storageOf(two, DEAD), 'page', leader)
    expect(follower.id).toBe(leader.id)
    await leader.prepare([follower.journal ?? ''])
    if (isFollowing) await follower.prepare()
    const next = [one, two].map((folder) =>
      storageOf(folder, processOwner(), { recover: ({ id, keys }) => (asked.push(id, ...keys), answer) }),
    )
    return { folders: [one, two], next, asked, leader }
  }

  test.each(['publish', 'discard'] as const)(
    'is asked about once, by the first storage, and both follow the answer: %s',
    async (answer) => {
      const { folders, next, asked, leader } = await diePrepared(answer)
      for (const storage of [...next, ...next].toReversed()) await storage.sweep()
      expect(asked).toEqual([leader.id, 'cover'])
      expect(folders.map(visible)).toEqual(answer === 'publish' ? [['cover'], ['page']] : [[], []])
      await next[0]?.sweep()
      expect(folders.flatMap(remains)).toEqual([])
    },
  )

  test('waits for a verdict that it cannot reach', async () => {
    const { folders, next } = await diePrepared('publish')
    const [one = ''] = folders
    renameSync(one, `${one}-away`)
    await next[1]?.sweep()
    expect(folders[1] && visible(folders[1])).toEqual([])
    renameSync(`${one}-away`, one)
    for (const storage of next) await storage.sweep()
    expect(folders.map(visible)).toEqual([['cover'], ['page']])
  })

  test('is settled like one of the first storage alone if its process died before it prepared the second', async () => {
    const { folders, next } = await diePrepared('discard', false)
    for (const storage of next) await storage.sweep()
    expect(folders.map(visible)).toEqual([[], []])
    expect(folders.flatMap(remains)).toEqual([])
  })
})

describe('a transaction of format 1', () => {
  /** Prepares a transaction as format 1 did, for a process with that name. */
  async function prepareFormer(folder: string, owner: string): Promise<void> {
    const storage = storageOf(folder, DEAD)
    await (await prepare(storage, 'cat')).prepare()
    await storage.close()
    const prepared = join(folder, '.decant', 'prepared')
    const [name = ''] = readdirSync(prepared)
    const [id = ''] = name.split('@')
    const path = join(prepared, id)
    renameSync(join(prepared, name), path)
    const { save }: { save: { key: string; version: string } } = JSON.parse(readFileSync(join(path, '0.json'), 'utf8'))
    writeFileSync(join(path, 'files'), JSON.stringify([[save.key, save.version]]))
    rmSync(join(path, '0.json'))
    rmSync(join(path, readdirSync(path).find((each) => each.startsWith('owner.')) ?? ''))
    writeFileSync(join(path, `owner.${owner}`), '')
    writeFileSync(join(folder, '.decant', 'format'), '1\n')
  }

  test.each(['publish', 'discard'] as const)('of a dead process is settled as `recover` says: %s', async (answer) => {
    const folder = newFolder()
    await prepareFormer(folder, DEAD)
    const asked: unknown[] = []
    const storage = storageOf(folder, processOwner(), { recover: ({ keys }) => (asked.push(keys), answer) })
    await storage.createDraft().discard()
    expect(readFileSync(join(folder, '.decant', 'format'), 'utf8')).toBe('2\n')
    await storage.sweep()
    expect(asked).toEqual([['cat']])
    expect(visible(folder)).toEqual(answer === 'publish' ? ['cat'] : [])
    expect(remains(folder)).toEqual([])
  })

  test('that was decided is published without asking `recover`', async () => {
    const folder = newFolder()
    await prepareFormer(folder, 'none')
    await storageOf(folder, processOwner(), { recover: () => expect.unreachable() }).sweep()
    expect(visible(folder)).toEqual(['cat'])
    expect(remains(folder)).toEqual([])
  })

  test('of a living process is left to that process', async () => {
    const folder = newFolder()
    await prepareFormer(folder, processOwner())
    await storageOf(folder, [process.ppid, 1, namespace, boot].join('.'), {
      recover: () => expect.unreachable(),
    }).sweep()
    expect(visible(folder)).toEqual([])
    expect(remains(folder)).toHaveLength(2)
  })
})
