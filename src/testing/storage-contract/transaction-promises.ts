import { deepEqual, equal, notEqual, ok, rejects, throws } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Storage, StorageEntry } from '../../storage/storage.ts'
import { collect } from '../collect.ts'
import type { StorageTransaction } from '../../storage/transaction.ts'
import { keys, newKey, randomBytes, read, readOften, RECORD, seal, showsNothing, store, text } from './steps.ts'
import type { Promises } from './steps.ts'

/** Promises about drafts that become visible together, for a storage with transactions. */
export const TRANSACTION_PROMISES: Promises = {
  'promises keys, and shows nothing before all is published together': async (storage) => {
    const transaction = begin(storage)
    const [one, two] = [randomBytes(100), randomBytes(0)]
    const [first, second] = [newKey(storage, 'one'), newKey(storage, 'folder/two')]
    const promised = [
      await transaction.reserve(await seal(storage, one), first, RECORD),
      await transaction.reserve(await seal(storage, two), second, RECORD),
    ]
    await showsNothing(storage, first)
    await transaction.prepare()
    await showsNothing(storage, first)
    equal(await storage.sweep(), 0)
    await transaction.commit()
    deepEqual(await read(storage, first), one)
    deepEqual(await read(storage, second), two)
    deepEqual([await storage.stat(first), await storage.stat(second)], promised)
    equal(await transaction.rollback(), false)
    await transaction.defer()
    deepEqual(await transaction.finish(), [])
    deepEqual(new Set(await keys(storage)), new Set([first, second]))
    equal(await storage.sweep(), 0)
  },

  'has an id of its own, or that of its leader': async (storage) => {
    const transaction = begin(storage)
    notEqual(begin(storage).id, transaction.id)
    equal(storage.createTransaction?.(transaction).id, transaction.id)
  },

  'leaves the drafts as they were if it is rolled back': async (storage) => {
    const draft = await seal(storage, text('again'))
    for (const isPrepared of [false, true]) {
      const transaction = begin(storage)
      notEqual(await transaction.reserve(draft, `prepared-${isPrepared}`, RECORD), undefined)
      if (isPrepared) await transaction.prepare()
      equal(await transaction.rollback(), true)
      equal(await transaction.rollback(), true)
      await showsNothing(storage, `prepared-${isPrepared}`)
    }
    notEqual(await draft.publish('key', RECORD), undefined)
    equal(new TextDecoder().decode(await read(storage, 'key')), 'again')
    const discarded = await seal(storage, text('gone'))
    const transaction = begin(storage)
    await transaction.reserve(discarded, 'gone', RECORD)
    await transaction.prepare()
    await transaction.rollback()
    await discarded.discard()
    deepEqual(await keys(storage), ['key'])
    equal(await storage.sweep(), 0)
  },

  'is published by no discard, and discarded by none, while it is promised': async (storage) => {
    const transaction = begin(storage)
    const draft = await seal(storage, text('held'))
    await transaction.reserve(draft, 'held', RECORD)
    await draft.discard()
    await rejects(draft.publish('other', RECORD), TypeError)
    await transaction.prepare()
    await draft.discard()
    await transaction.commit()
    await draft.discard()
    equal(new TextDecoder().decode(await read(storage, 'held')), 'held')
  },

  'reads a draft until it is published, also while its key is promised': async (storage) => {
    const transaction = begin(storage)
    const bytes = randomBytes(1000)
    const draft = await seal(storage, bytes)
    const isReadable = async (): Promise<void> => {
      deepEqual(await collect(draft.stream()), bytes)
      deepEqual(await collect(draft.stream(10, 20)), bytes.subarray(10, 20))
      if (draft.path !== undefined) deepEqual(new Uint8Array(await readFile(draft.path())), bytes)
    }
    await isReadable()
    await transaction.reserve(draft, 'key', RECORD)
    await isReadable()
    await transaction.prepare()
    await isReadable()
    await transaction.commit()
    throws(() => draft.stream(), TypeError)
    if (draft.path !== undefined) throws(() => draft.path?.(), TypeError)
  },

  'adds files to a transaction that is prepared, and shows them only with the others': async (storage) => {
    const transaction = begin(storage)
    const files = [randomBytes(10), randomBytes(20), randomBytes(0)]
    const names = files.map((_, index) => newKey(storage, `folder/${index}`))
    const drafts = await Promise.all(files.map((bytes) => seal(storage, bytes)))
    const reserve = async (index: number): Promise<StorageEntry | undefined> => {
      const [draft, key] = [drafts[index], names[index]]
      ok(draft !== undefined && key !== undefined)
      return transaction.reserve(draft, key, RECORD)
    }
    const first = await reserve(0)
    await transaction.prepare()
    const added = await Promise.all([reserve(1), reserve(2)])
    await showsNothing(storage, names[1] ?? '')
    for (const [index, draft] of drafts.entries()) deepEqual(await collect(draft.stream()), files[index])
    await transaction.commit()
    deepEqual((await keys(storage)).toSorted(), names.toSorted())
    deepEqual(await Promise.all(names.map((key) => storage.stat(key))), [first, ...added])
    for (const [index, key] of names.entries()) deepEqual(await read(storage, key), files[index])
    equal(await storage.sweep(), 0)
  },

  'leaves drafts that were added to a prepared transaction as they were if it is rolled back': async (storage) => {
    const transaction = begin(storage)
    await transaction.prepare()
    const draft = await seal(storage, text('again'))
    notEqual(await transaction.reserve(draft, 'promised', RECORD), undefined)
    equal(await transaction.rollback(), true)
    await showsNothing(storage, 'promised')
    notEqual(await draft.publish('key', RECORD), undefined)
    deepEqual(await read(storage, 'key'), text('again'))
    equal(await storage.sweep(), 0)
  },

  'deletes a file after the commit, and not before': async (storage) => {
    await store(storage, 'old', text('old'))
    // A storage that keeps what is read often must forget it, too.
    await readOften(storage, 'old')
    const transaction = begin(storage)
    await transaction.reserve(await seal(storage, text('new')), 'new', RECORD)
    await transaction.prepare()
    equal(await transaction.delete('missing'), false)
    equal(await transaction.delete('new'), false)
    equal(await transaction.delete('old'), true)
    deepEqual(await keys(storage), ['old'])
    equal(await storage.sweep(), 0)
    await transaction.commit()
    deepEqual(await keys(storage), ['new', 'old'])
    deepEqual(await transaction.finish(), [])
    deepEqual(await keys(storage), ['new'])
    equal(await storage.open('old'), undefined)
    equal(await storage.stat('old'), undefined)
    deepEqual(await transaction.finish(), [])
  },

  'waits for a file to delete that another transaction is about to publish': async (storage) => {
    for (const isPublished of [true, false]) {
      const [first, second] = [begin(storage), begin(storage)]
      const draft = await seal(storage, text('first'))
      const key = `published-${isPublished}`
      await first.reserve(draft, key, RECORD)
      await first.prepare()
      await second.prepare()
      const deletion = second.delete(key)
      // Its key is known from a row, before its file is visible.
      await showsNothing(storage, key)
      if (isPublished) await first.commit()
      else await first.rollback()
      equal(await deletion, isPublished)
      await second.commit()
      deepEqual(await second.finish(), [])
      deepEqual(await keys(storage), [])
      await draft.discard()
    }
    equal(await storage.sweep(), 0)
  },

  'deletes no file of a transaction that is rolled back': async (storage) => {
    await store(storage, 'old', text('old'))
    const transaction = begin(storage)
    await transaction.prepare()
    equal(await transaction.delete('old'), true)
    equal(await transaction.rollback(), true)
    equal(await storage.sweep(), 0)
    deepEqual(await read(storage, 'old'), text('old'))
  },

  'is not hindered by a file to delete that is gone before the commit': async (storage) => {
    await store(storage, 'gone', text('old'))
    const transaction = begin(storage)
    await transaction.prepare()
    equal(await transaction.delete('gone'), true)
    equal(await storage.delete('gone'), true)
    await transaction.commit()
    deepEqual(await transaction.finish(), [])
    deepEqual(await keys(storage), [])
  },

  'leaves the files to delete to the next sweep if it is deferred after the commit': async (storage) => {
    await store(storage, 'old', text('old'))
    const transaction = begin(storage)
    await transaction.prepare()
    await transaction.delete('old')
    await transaction.commit()
    await transaction.defer()
    await storage.sweep()
    deepEqual(await keys(storage), [])
  },

  'tells misuse of a transaction as a TypeError': async (storage) => {
    const transaction = begin(storage)
    await rejects(transaction.commit(), TypeError)
    await rejects(transaction.defer(), TypeError)
    await rejects(transaction.finish(), TypeError)
    await rejects(transaction.delete('key'), TypeError)
    const draft = await seal(storage, text('bytes'))
    await rejects(transaction.reserve(draft, '../up', RECORD), TypeError)
    await rejects(transaction.reserve({ ...draft }, 'key', RECORD), TypeError)
    await transaction.prepare()
    await rejects(transaction.prepare(), TypeError)
    await rejects(transaction.reserve(draft, '../up', RECORD), TypeError)
    await rejects(transaction.finish(), TypeError)
    await transaction.commit()
    await rejects(transaction.commit(), TypeError)
    await rejects(transaction.reserve(draft, 'key', RECORD), TypeError)
    await rejects(transaction.delete('key'), TypeError)
    await draft.discard()
    deepEqual(await keys(storage), [])
  },
}

export function begin(storage: Storage): StorageTransaction {
  ok(storage.createTransaction !== undefined)
  return storage.createTransaction()
}
