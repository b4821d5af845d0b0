import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  linkSync,
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
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { SealedDraft } from '../draft.ts'
import type { Recover } from '../transaction.ts'
import { diskStorage } from './disk-storage.ts'
import type { DiskStorage } from './disk-storage.ts'

const PROGRAM = fileURLToPath(new URL('fixtures/draft-process.ts', import.meta.url))
const RECORD = { filename: 'Ä.txt', type: 'text/plain' }

const base = mkdtempSync(join(tmpdir(), 'decant-transaction-'))
const children: ChildProcess[] = []
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')))
afterAll(() => rmSync(base, { recursive: true, force: true }))

function newFolder(): string {
  return mkdtempSync(join(base, 'folder-'))
}

async function seal(storage: DiskStorage, text: string): Promise<SealedDraft> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(text))
  return draft.seal()
}

/** A living process that has prepared a transaction of `<key>` and `<key>.2`. */
async function prepareElsewhere(folder: string, links: string, key: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-C', 'source', PROGRAM, 'prepare', folder, links, key], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

/** Lets such a process die in a folder. */
async function diePrepared(folder: string, links: string, key: string): Promise<void> {
  const child = await prepareElsewhere(folder, links, key)
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** All files below a folder's `.decant`, except the format, the records and the lease of each owner. */
function remains(folder: string): string[] {
  const entries = readdirSync(join(folder, '.decant'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.endsWith('records'))
  return files.map(({ name }) => name).filter((name) => name !== 'format' && name !== 'lease')
}

function visible(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name !== '.decant')
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

describe.each(['auto', 'never'] as const)('a transaction on disk, published with links: %s', (links) => {
  const both = { cat: 'cat', 'cat.2': 'cat.2' }

  test.each<[string, Recover | undefined, Record<string, string>]>([
    ['published if there is no `recover`', undefined, both],
    ['published if `recover` says so', () => 'publish', both],
    ['discarded if `recover` says so', () => Promise.resolve('discard' as const), {}],
  ])('whose process died after preparing is %s', async (_, recover, expected) => {
    const folder = newFolder()
    await diePrepared(folder, links, 'cat')
    expect(visible(folder)).toEqual({})
    const asked: (readonly string[])[] = []
    const spy: Recover = (question) => (asked.push(question.keys), recover?.(question) ?? 'publish')
    const storage = diskStorage(folder, { links, ...(recover !== undefined && { recover: spy }) })
    // The key is still promised, although the process is dead. So an upload must take another name.
    const other = diskStorage(folder, { links, recover: () => Promise.reject(new Error('not now')) })
    const rival = await seal(other, 'rival')
    expect(await rival.publish('cat', RECORD)).toBeUndefined()
    await rival.discard()
    await expect(other.sweep()).rejects.toMatchObject({ code: 'storage-failed' })
    await storage.sweep()
    expect(visible(folder)).toEqual(expected)
    expect(asked).toEqual(recover === undefined ? [] : [['cat', 'cat.2']])
    expect(remains(folder)).toEqual([])
    expect((await storage.stat('cat'))?.record?.filename).toBe(expected['cat'])
    expect(await (await seal(storage, 'next')).publish('dog', RECORD)).toBeDefined()
    await storage.sweep()
    expect(asked).toHaveLength(recover === undefined ? 0 : 1)
  })

  test('is decided by a later sweep if `recover` fails or gives a wrong answer', async () => {
    const folder = newFolder()
    await diePrepared(folder, links, 'cat')
    const answers: Recover[] = [
      () => Promise.reject(new Error('the database is down')),
      // @ts-expect-error -- JavaScript can return this
      () => 'yes',
      () => 'publish',
    ]
    const storage = diskStorage(folder, { links, recover: (question) => answers.shift()?.(question) ?? 'discard' })
    await expect(storage.sweep()).rejects.toMatchObject({ code: 'storage-failed' })
    expect(visible(folder)).toEqual({})
    await expect(storage.sweep()).rejects.toThrow(TypeError)
    await storage.sweep()
    expect(visible(folder)).toEqual(both)
    expect(remains(folder)).toEqual([])
  })

  test('is settled once, by the first of many sweeps', async () => {
    const folder = newFolder()
    await diePrepared(folder, links, 'cat')
    let asked = 0
    const storages = Array.from({ length: 6 }, () =>
      diskStorage(folder, {
        links,
        recover: () => {
          asked++
          return 'publish'
        },
      }),
    )
    await Promise.all(storages.map((storage) => storage.sweep()))
    expect(asked).toBe(1)
    expect(visible(folder)).toEqual(both)
  })

  test('of a living process is not settled by another storage', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    const transaction = storage.createTransaction()
    await transaction.reserve(await seal(storage, 'mine'), 'cat', RECORD)
    await transaction.prepare()
    await diskStorage(folder, { links, recover: () => 'discard' }).sweep()
    await transaction.commit()
    expect(visible(folder)).toEqual({ cat: 'mine' })
    expect(remains(folder)).toEqual([])
  })

  test('of another process is left to that process as long as it lives', async () => {
    const folder = newFolder()
    const child = await prepareElsewhere(folder, links, 'cat')
    const storage = diskStorage(folder, { links })
    await storage.sweep()
    expect(visible(folder)).toEqual({})
    child.kill('SIGKILL')
    await once(child, 'exit')
    await storage.sweep()
    expect(visible(folder)).toEqual(both)
  })

  test('that was deferred after a failed commit is published by the next sweep', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links, recover: () => 'discard' })
    const transaction = storage.createTransaction()
    await transaction.reserve(await seal(storage, 'one'), 'one', RECORD)
    await transaction.reserve(await seal(storage, 'two'), 'pets/two', RECORD)
    await transaction.prepare()
    rmdirSync(join(folder, 'pets'))
    writeFileSync(join(folder, 'pets'), 'in the way')
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    await transaction.defer()
    await transaction.rollback()
    await expect(storage.sweep()).rejects.toMatchObject({ code: 'storage-failed' })
    rmSync(join(folder, 'pets'))
    await storage.sweep()
    // `recover` is not asked: the commit was the decision.
    expect((await storage.list()).entries.map(({ key, record }) => [key, record])).toEqual([
      ['one', RECORD],
      ['pets/two', RECORD],
    ])
    expect(remains(folder)).toEqual([])
  })

  test('cannot be rolled back after a failed commit, and is published by the next sweep', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    const transaction = storage.createTransaction()
    const drafts = [await seal(storage, 'one'), await seal(storage, 'two')]
    for (const [index, key] of ['one', 'pets/two'].entries()) {
      await transaction.reserve(drafts[index] ?? expect.unreachable(), key, RECORD)
    }
    await transaction.prepare()
    rmdirSync(join(folder, 'pets'))
    writeFileSync(join(folder, 'pets'), 'in the way')
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    // Clients may have read the published file already, so it must stay.
    expect(await transaction.rollback()).toBe(false)
    await expect(drafts[0]?.publish('other', RECORD)).rejects.toThrow(TypeError)
    rmSync(join(folder, 'pets'))
    await storage.sweep()
    expect((await storage.list()).entries.map(({ key, record }) => [key, record])).toEqual([
      ['one', RECORD],
      ['pets/two', RECORD],
    ])
    expect(remains(folder)).toEqual([])
  })

  test('still works if an operator removes its private folders while it runs', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    const drafts = [await seal(storage, 'one'), await seal(storage, 'two')]
    const remove = (name: string): void => rmSync(join(folder, '.decant', name), { recursive: true })
    for (const name of ['records', 'reserved', 'prepared']) remove(name)
    const transaction = storage.createTransaction()
    for (const [index, draft] of drafts.entries()) {
      expect(await transaction.reserve(draft, `key${index}`, RECORD)).toBeDefined()
    }
    remove('prepared')
    await transaction.prepare()
    remove('records')
    await transaction.commit()
    expect(visible(folder)).toEqual({ key0: 'one', key1: 'two' })
    for (const key of ['key0', 'key1']) expect((await storage.stat(key))?.record).toEqual(RECORD)
    expect(remains(folder)).toEqual([])
  })

  test('renames a file that an operator has put under its promised key', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    const transaction = storage.createTransaction()
    await transaction.reserve(await seal(storage, 'promised'), 'cat.txt', RECORD)
    await transaction.prepare()
    writeFileSync(join(folder, 'cat.txt'), 'by hand')
    await transaction.commit()
    expect(visible(folder)).toEqual({ 'cat.txt': 'promised', 'cat_1.txt': 'by hand' })
    expect((await storage.stat('cat.txt'))?.record).toEqual(RECORD)
  })

  test('does not promise a key below a file', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    const draft = await seal(storage, 'bytes')
    writeFileSync(join(folder, 'file'), '')
    const transaction = storage.createTransaction()
    await expect(transaction.reserve(draft, 'file/below', RECORD)).rejects.toMatchObject({
      code: 'name-taken',
      details: { key: 'file/below', folder: 'file' },
    })
    await draft.discard()
    expect(remains(folder)).toEqual([])
  })

  test('makes no folder whose name is promised to a file, whichever transaction promised it', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    const transaction = storage.createTransaction()
    await transaction.reserve(await seal(storage, 'file'), 'a/name', RECORD)
    const below = await seal(storage, 'below')
    const taken = { code: 'name-taken', details: { key: 'a/name/below', folder: 'a/name' } }
    await expect(transaction.reserve(below, 'a/name/below', RECORD)).rejects.toMatchObject(taken)
    await expect(storage.createTransaction().reserve(below, 'a/name/below', RECORD)).rejects.toMatchObject(taken)
    await expect(below.publish('a/name/below', RECORD)).rejects.toMatchObject(taken)
    expect(readdirSync(join(folder, 'a'))).toEqual([])
    await transaction.prepare()
    await transaction.commit()
    expect(readFileSync(join(folder, 'a/name'), 'utf8')).toBe('file')
  })

  test('promises only one of two keys that some file systems take for the same', async () => {
    const storage = diskStorage(newFolder(), { links })
    const transaction = storage.createTransaction()
    await transaction.reserve(await seal(storage, 'a'), 'Straße.txt', RECORD)
    const other = await seal(storage, 'b')
    expect(await transaction.reserve(other, 'STRASSE.TXT', RECORD)).toBeUndefined()
    expect(await other.publish('STRASSE.TXT', RECORD)).toBeUndefined()
    await transaction.rollback()
    expect(await other.publish('STRASSE.TXT', RECORD)).toBeDefined()
  })

  test('is not prepared if its drafts cannot be moved, and they stay drafts', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    const transaction = storage.createTransaction()
    const drafts = [await seal(storage, 'one'), await seal(storage, 'two')]
    for (const [index, draft] of drafts.entries()) await transaction.reserve(draft, `key${index}`, RECORD)
    rmSync(join(folder, '.decant', 'prepared'), { recursive: true })
    writeFileSync(join(folder, '.decant', 'prepared'), 'in the way')
    await expect(transaction.prepare()).rejects.toMatchObject({ code: 'storage-failed' })
    await transaction.rollback()
    rmSync(join(folder, '.decant', 'prepared'))
    mkdirSync(join(folder, '.decant', 'prepared'), 0o700)
    for (const [index, draft] of drafts.entries()) expect(await draft.publish(`key${index}`, RECORD)).toBeDefined()
    expect(visible(folder)).toEqual({ key0: 'one', key1: 'two' })
    expect(remains(folder)).toEqual([])
  })

  test('is undone as a whole if its process died while publishing and `recover` says discard', async () => {
    const folder = newFolder()
    await diePrepared(folder, links, 'cat')
    const [id = ''] = readdirSync(join(folder, '.decant', 'prepared'))
    const prepared = join(folder, '.decant', 'prepared', id)
    // The state in the middle of a commit: the first file has its name.
    if (links === 'auto') linkSync(join(prepared, '0'), join(folder, 'cat'))
    else renameSync(join(prepared, '0'), join(folder, 'cat'))
    writeFileSync(join(folder, 'cat.2'), 'by hand')
    const storage = diskStorage(folder, { links, recover: () => 'discard' })
    await storage.sweep()
    expect(visible(folder)).toEqual({ 'cat.2': 'by hand' })
    expect(remains(folder)).toEqual([])
  })

  test.each(['', '{"save":{"key":"cat"', '{"save":{}}'])(
    'that lost an entry of its journal with the power (%j) is discarded, and does not stop the sweep',
    async (entry) => {
      const folder = newFolder()
      await diePrepared(folder, links, 'cat')
      const [id = ''] = readdirSync(join(folder, '.decant', 'prepared'))
      writeFileSync(join(folder, '.decant', 'prepared', id, '1.json'), entry)
      const storage = diskStorage(folder, { links, recover: () => expect.unreachable() })
      await storage.sweep()
      expect(visible(folder)).toEqual({})
      // No transaction holds the reservations any more, so this sweep removes them.
      await storage.sweep()
      expect(remains(folder)).toEqual([])
      expect(await (await seal(storage, 'next')).publish('cat', RECORD)).toBeDefined()
    },
  )

  test("keeps the names of its keys' folders from files, and removes empty ones on rollback", async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    const transaction = storage.createTransaction()
    const drafts = [await seal(storage, 'one'), await seal(storage, 'two')]
    const [one, two] = [drafts[0] ?? expect.unreachable(), drafts[1] ?? expect.unreachable()]
    expect(await transaction.reserve(one, 'pets/cats/one', RECORD)).toBeDefined()
    expect(await transaction.reserve(two, 'pets', RECORD)).toBeUndefined()
    expect(await two.publish('pets', RECORD)).toBeUndefined()
    await transaction.prepare()
    await transaction.rollback()
    expect(visible(folder)).toEqual({})
    expect(await two.publish('pets', RECORD)).toBeDefined()
    await one.discard()
  })

  test('is discarded by the next sweep if the disk prevents a rollback, and keeps its key until then', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    const transaction = storage.createTransaction()
    await transaction.reserve(await seal(storage, 'mine'), 'cat', RECORD)
    await transaction.prepare()
    const [id = '', owner = ''] = readdirSync(join(folder, '.decant', 'prepared'))[0]?.split('@') ?? []
    const inTheWay = join(folder, '.decant', 'drafts', owner, `${id}.transaction`)
    mkdirSync(join(inTheWay, 'folder'), { recursive: true })
    await transaction.rollback()
    const rival = await seal(storage, 'rival')
    expect(await rival.publish('cat', RECORD)).toBeUndefined()
    await expect(storage.sweep()).rejects.toMatchObject({ code: 'storage-failed' })
    rmSync(inTheWay, { recursive: true })
    await storage.sweep()
    expect(visible(folder)).toEqual({})
    expect(await rival.publish('cat', RECORD)).toBeDefined()
    expect(remains(folder)).toEqual([])
  })

  test('can be committed again, and deferred to a sweep of another process', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    const transaction = storage.createTransaction()
    await transaction.reserve(await seal(storage, 'one'), 'pets/one', RECORD)
    await transaction.prepare()
    rmdirSync(join(folder, 'pets'))
    writeFileSync(join(folder, 'pets'), 'in the way')
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    await transaction.defer()
    await expect(transaction.commit()).rejects.toThrow(TypeError)
    rmSync(join(folder, 'pets'))
    // Another storage only knows the state on the disk.
    await diskStorage(folder, { links, recover: () => 'discard' }).sweep()
    expect(readFileSync(join(folder, 'pets', 'one'), 'utf8')).toBe('one')
    await storage.sweep()
    expect(remains(folder)).toEqual([])
  })
})
