import { deepEqual, equal, notEqual, ok, rejects, throws } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Storage } from '../../storage/storage.ts'
import { collect } from '../collect.ts'
import type { StorageTransaction } from '../../storage/transaction.ts'
import { keys, randomBytes, read, readOften, RECORD, seal, showsNothing, store, text } from './steps.ts'
import type { Promises } from './steps.ts'

/** Promises about drafts that become visible together, for a storage with transactions. */
export const TRANSACTION_PROMISES: Promises = {
  'promises keys, and shows nothing before all is published together': async (storage) => {
    const transaction = begin(storage)
    const [one, two] = [randomBytes(100), randomBytes(0)]
    const promised = [
      await transaction.reserve(await seal(storage, one), 'one', RECORD),
      await transaction.reserve(await seal(storage, two), 'folder/two', RECORD),
    ]
    await showsNothing(storage, 'one')
    await transaction.prepare()
    await showsNothing(storage, 'one')
    equal(await storage.sweep(), 0)
    await transaction.commit()
    deepEqual(await read(storage, 'one'), one)
    deepEqual(await read(storage, 'folder/two'), two)
    deepEqual([await storage.stat('one'), await storage.stat('folder/two')], promised)
    equal(await transaction.rollback(), false)
    await transaction.defer()
    deepEqual(await transaction.finish(), [])
    deepEqual(await keys(storage), ['folder/two', 'one'])
    equal(await storage.sweep(), 0)
  },

  'gives a promised key to no other draft, and the key back when nothing comes of it': async (storage) => {
    const transaction = begin(storage)
    const other = begin(storage)
    notEqual(other.id, transaction.id)
    equal(storage.createTransaction?.(transaction).id, transaction.id)
    await store(storage, 'taken', text('first'))
    const draft = await seal(storage, text('mine'))
    equal(await transaction.reserve(draft, 'taken', RECORD), undefined)
    notEqual(await transaction.reserve(draft, 'promised', RECORD), undefined)
    const rival = await seal(storage, text('theirs'))
    equal(await other.reserve(rival, 'promised', RECORD), undefined)
    equal(await rival.publish('promised', RECORD), undefined)
    await transaction.prepare()
    equal(await rival.publish('promised', RECORD), undefined)
    await transaction.rollback()
    notEqual(await other.reserve(rival, 'promised', RECORD), undefined)
    await other.prepare()
    await other.commit()
    equal(new TextDecoder().decode(await read(storage, 'promised')), 'theirs')
    equal(new TextDecoder().decode(await read(storage, 'taken')), 'first')
    await draft.discard()
  },

  'leaves the drafts as they were if it is rolled back': async (storage) => {
    const draft = await seal(storage, text('again'))
    for (const isPrepared of [false, true]) {
      const transaction = begin(storage)
      notEqual(await transaction.reserve(draft, 'key', RECORD), undefined)
      if (isPrepared) await transaction.prepare()
      equal(await transaction.rollback(), true)
      equal(await transaction.rollback(), true)
      await showsNothing(storage, 'key')
    }
    notEqual(await draft.publish('key', RECORD), undefined)
    equal(new TextDecoder().decode(await read(storage, 'key')), 'again')
    const discarded = await seal(storage, text('gone'))
    const transaction = begin(storage)
    await transaction.reserve(discarded, 'gone', RECORD)
    await transaction.prepare()
    await transaction.rollback()
    await discarded.discard()
    notEqual(await store(storage, 'gone', text('new')), undefined)
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
    const [first, ...others] = [randomBytes(10), randomBytes(20), randomBytes(0)]
    await transaction.reserve(await seal(storage, first ?? text('')), 'first', RECORD)
    await transaction.prepare()
    const drafts = await Promise.all(others.map((bytes) => seal(storage, bytes)))
    const added = await Promise.all(drafts.map((draft, index) => transaction.reserve(draft, `folder/${index}`, RECORD)))
    await showsNothing(storage, 'folder/0')
    for (const [index, draft] of drafts.entries()) deepEqual(await collect(draft.stream()), others[index])
    const rival = await seal(storage, text('rival'))
    equal(await rival.publish('folder/0', RECORD), undefined)
    equal(await transaction.reserve(rival, 'first', RECORD), undefined)
    await transaction.commit()
    deepEqual(await keys(storage), ['first', 'folder/0', 'folder/1'])
    deepEqual([await storage.stat('folder/0'), await storage.stat('folder/1')], added)
    deepEqual(await read(storage, 'folder/0'), others[0])
    await rival.discard()
    equal(await storage.sweep(), 0)
  },

  'leaves drafts that were added to a prepared transaction as they were if it is rolled back': async (storage) => {
    const transaction = begin(storage)
    await transaction.prepare()
    const draft = await seal(storage, text('again'))
    notEqual(await transaction.reserve(draft, 'key', RECORD), undefined)
    equal(await transaction.rollback(), true)
    await showsNothing(storage, 'key')
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
    notEqual(await store(storage, 'old', text('next')), undefined)
  },

  'waits for a file to delete that another transaction is about to publish': async (storage) => {
    for (const isPublished of [true, false]) {
      const [first, second] = [begin(storage), begin(storage)]
      const draft = await seal(storage, text('first'))
      await first.reserve(draft, 'key', RECORD)
      await first.prepare()
      await second.prepare()
      const deletion = second.delete('key')
      // Its key is known from a row, before its file is visible.
      await showsNothing(storage, 'key')
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

  'deletes no file that has replaced the one to delete, and says so': async (storage) => {
    await store(storage, 'replaced', text('old'))
    await store(storage, 'gone', text('old'))
    const transaction = begin(storage)
    await transaction.prepare()
    equal(await transaction.delete('replaced'), true)
    equal(await transaction.delete('gone'), true)
    for (const key of ['replaced', 'gone']) equal(await storage.delete(key), true)
    await store(storage, 'replaced', text('new'))
    await transaction.commit()
    deepEqual(await transaction.finish(), ['replaced'])
    deepEqual(await read(storage, 'replaced'), text('new'))
    deepEqual(await keys(storage), ['replaced'])
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

  'promises one key to one of many that ask at once': async (storage) => {
    const drafts = await Promise.all(Array.from({ length: 12 }, () => seal(storage, randomBytes(10))))
    const rivals = drafts.map(async (draft, index) => {
      if (index % 2 === 0) return draft.publish('key', RECORD)
      const transaction = begin(storage)
      const entry = await transaction.reserve(draft, 'key', RECORD)
      await transaction.prepare()
      await transaction.commit()
      return entry
    })
    const winners = (await Promise.all(rivals)).filter((entry) => entry !== undefined)
    // None, if each of them saw another: they would try the next key.
    ok(winners.length <= 1, `${winners.length} were given the key`)
    deepEqual(await keys(storage), winners.length === 1 ? ['key'] : [])
    await Promise.all(drafts.map((draft) => draft.discard()))
    equal(await storage.sweep(), 0)
  },
}

function begin(storage: Storage): StorageTransaction {
  ok(storage.createTransaction !== undefined)
  return storage.createTransaction()
}
