import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { SealedDraft } from '../draft.ts'
import type { FileRecord, Storage, StorageEntry } from '../storage.ts'
import type { StorageTransaction } from '../transaction.ts'
import { DiskDraft } from './disk-draft.ts'
import { diskStorage } from './disk-storage.ts'
import { PrivateFolder } from './private-folder.ts'
import { RecordCache } from './record-cache.ts'
import { reserve } from './reservation.ts'

const RECORD = { filename: 'Stopped', type: 'text/plain' }
const OTHER = { filename: 'Other', type: 'text/html' }

const base = mkdtempSync(join(tmpdir(), 'decant-name-taker-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

async function seal(storage: Pick<Storage, 'createDraft'>, text: string): Promise<SealedDraft> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(text))
  return draft.seal()
}

function visible(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name !== '.decant')
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

/** A transaction that is prepared, and to which the name `key` is promised. */
async function promiseKey(folder: string): Promise<{ storage: Storage; transaction: StorageTransaction }> {
  const storage = diskStorage(folder)
  const transaction = storage.createTransaction()
  await transaction.reserve(await seal(storage, 'promised'), 'key', OTHER)
  await transaction.prepare()
  return { storage, transaction }
}

/** An upload that was stopped after its first link, which is of its file, or before its second, of its record. */
async function stoppedUpload(
  root: string,
  link: number,
  record?: FileRecord,
): Promise<{ sealed: SealedDraft; folder: PrivateFolder; goOn: () => Promise<StorageEntry | undefined> }> {
  const folder = new PrivateFolder(root)
  const records = new RecordCache(root, folder)
  const doubt = (): void => {}
  const place = { root, folder, records, mode: 0o644, durable: false, highWaterMark: 1000, minFreeSpace: 0, doubt }
  const sealed = await seal(
    { createDraft: () => new DiskDraft({ ...place, room: async () => ({ bytes: 0, files: 0, freeFiles: 0 }) }, {}) },
    'stopped',
  )
  await folder.canLink()
  const [stopped, continued] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const makeLink = folder.calls.link.bind(folder.calls)
  let links = 0
  folder.calls.link = async (path, target) => {
    links++
    if (links === link && link > 1) {
      stopped.resolve()
      await continued.promise
    }
    await makeLink(path, target)
    if (links === link && link === 1) {
      stopped.resolve()
      await continued.promise
    }
  }
  const published = sealed.publish('key', record)
  await stopped.promise
  return { sealed, folder, goOn: () => (continued.resolve(), published) }
}

describe('an upload that was stopped right after it had linked its file', () => {
  test('gives back a name that is promised to a transaction, and the transaction gets it', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const { storage, transaction } = await promiseKey(folder)
    const { sealed, goOn } = await stoppedUpload(folder, 1, RECORD)
    const committed = transaction.commit()
    expect(await goOn()).toBeUndefined()
    await committed
    expect(await sealed.publish('key_1', RECORD)).toBeDefined()
    expect(visible(folder)).toEqual({ key: 'promised', key_1: 'stopped' })
    expect((await storage.stat('key'))?.record).toEqual(OTHER)
  })

  test('keeps its file in place even if the transaction stops waiting, and does not remove another file later', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const { storage, transaction } = await promiseKey(folder)
    const { sealed, goOn } = await stoppedUpload(folder, 1, RECORD)
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    await transaction.defer()
    expect(await goOn()).toBeUndefined()
    await storage.sweep()
    expect(await sealed.publish('key_1', RECORD)).toBeDefined()
    expect(visible(folder)).toEqual({ key: 'promised', key_1: 'stopped' })
  })

  test('is told that it does not have the name if another file has it by now, and that file keeps its record', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const storage = diskStorage(folder)
    const { sealed, goOn } = await stoppedUpload(folder, 1, RECORD)
    await storage.delete('key')
    const entry = await (await seal(storage, 'other')).publish('key', OTHER)
    expect(await goOn()).toBeUndefined()
    expect(await storage.stat('key')).toEqual(entry)
    expect(await sealed.publish('key_1', RECORD)).toBeDefined()
    expect(visible(folder)).toEqual({ key: 'other', key_1: 'stopped' })
  })

  test('takes another name if a deletion moves its file aside for a moment, and leaves no second file', async () => {
    const root = mkdtempSync(join(base, 'folder-'))
    const { sealed, folder, goOn } = await stoppedUpload(root, 1, RECORD)
    const deletion = await reserve(folder, 'key')
    const [target, aside] = [join(root, 'key'), join(root, '.decant', 'aside')]
    const { calls } = folder
    const unlink = calls.unlink.bind(calls)
    calls.unlink = async (path) => {
      if (path !== target) return unlink(path)
      calls.unlink = unlink
      renameSync(target, aside)
      try {
        return await unlink(path)
      } finally {
        renameSync(aside, target)
        await deletion?.release()
      }
    }
    expect(await goOn()).toBeUndefined()
    expect(visible(root)).toEqual({})
    expect(await sealed.publish('key_1', RECORD)).toBeDefined()
    expect(visible(root)).toEqual({ key_1: 'stopped' })
  })

  test('finds its file again under the name to which it was moved, and does not make a second file', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const { sealed, goOn } = await stoppedUpload(folder, 1, RECORD)
    renameSync(join(folder, 'key'), join(folder, 'key_1'))
    writeFileSync(join(folder, 'key'), 'by hand')
    expect(await goOn()).toBeUndefined()
    expect(await sealed.publish('key_1', RECORD)).toBeDefined()
    expect(visible(folder)).toEqual({ key: 'by hand', key_1: 'stopped' })
  })
})

describe('an upload that was stopped right before its record got its name', () => {
  test('does not replace the record of another file that has the name by now', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const storage = diskStorage(folder)
    const { goOn } = await stoppedUpload(folder, 2, RECORD)
    await storage.delete('key')
    const entry = await (await seal(storage, 'other')).publish('key', OTHER)
    expect(await goOn()).toBeUndefined()
    expect(await storage.stat('key')).toEqual(entry)
  })

  test('leaves a record that does not count for another file', async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    const { goOn } = await stoppedUpload(folder, 2, RECORD)
    rmSync(join(folder, 'key'))
    writeFileSync(join(folder, 'key'), 'by hand')
    expect(await goOn()).toBeUndefined()
    expect((await diskStorage(folder).stat('key'))?.record).toBeUndefined()
  })
})

test('a record of another file with the same size and time does not count for this file', async () => {
  const folder = mkdtempSync(join(base, 'folder-'))
  const storage = diskStorage(folder)
  await (await seal(storage, 'text')).publish('key', RECORD)
  const path = join(folder, '.decant', 'records', readdirSync(join(folder, '.decant', 'records'))[0] ?? '')
  const record: { ino: string } = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...record, ino: `${record.ino}0` }))
  expect((await storage.stat('key'))?.record).toBeUndefined()
  // Format 1 did not name the inode.
  writeFileSync(path, JSON.stringify({ ...record, ino: undefined }))
  expect((await storage.stat('key'))?.record).toEqual(RECORD)
})
