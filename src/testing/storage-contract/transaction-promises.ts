import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict'
import type { Storage } from '../../storage/storage.ts'
import type { StorageTransaction } from '../../storage/transaction.ts'
import { keys, randomBytes, read, RECORD, seal, showsNothing, store, text } from './steps.ts'
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

  'tells misuse of a transaction as a TypeError': async (storage) => {
    const transaction = begin(storage)
    await rejects(transaction.commit(), TypeError)
    await rejects(transaction.defer(), TypeError)
    const draft = await seal(storage, text('bytes'))
    await rejects(transaction.reserve(draft, '../up', RECORD), TypeError)
    await rejects(transaction.reserve({ ...draft }, 'key', RECORD), TypeError)
    await transaction.prepare()
    await rejects(transaction.prepare(), TypeError)
    await rejects(transaction.reserve(draft, 'key', RECORD), TypeError)
    await transaction.commit()
    await rejects(transaction.commit(), TypeError)
    await rejects(transaction.defer(), TypeError)
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
