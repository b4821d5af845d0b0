import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { isUploadError } from '../../errors/upload-error.ts'
import { collect } from '../collect.ts'
import { draftOf, stored } from './adoption-promises.ts'
import { keys, randomBytes, read, readOften, RECORD, seal, store, text } from './steps.ts'
import type { Promises } from './steps.ts'
import { begin } from './transaction-promises.ts'

// For storages whose keys can be given to another file later (`keys: 'reused'`).

/** Promises about a key that has belonged to another file. */
export const REUSED_KEY_PROMISES: Promises = {
  'declares that a key can be given again': async (storage) => {
    equal(storage.keys ?? 'reused', 'reused')
  },

  'deletes a file once, with its record, and frees its key': async (storage) => {
    const first = await store(storage, 'gone', randomBytes(10))
    deepEqual((await Promise.all([storage.delete('gone'), storage.delete('gone')])).toSorted(), [false, true])
    equal(await storage.stat('gone'), undefined)
    if (storage.isTaken !== undefined) equal(await storage.isTaken('gone'), false)
    const record = { filename: 'other', type: 'image/png' }
    const second = await (await seal(storage, randomBytes(20))).publish('gone', record)
    deepEqual((await storage.stat('gone'))?.record, record)
    notEqual(second?.version, first?.version)
  },

  'opens the present file of a key, however often a former one was read': async (storage) => {
    await store(storage, 'key', randomBytes(1000))
    await readOften(storage, 'key')
    equal(await storage.delete('key'), true)
    const bytes = randomBytes(1000)
    await store(storage, 'key', bytes)
    deepEqual(await read(storage, 'key'), bytes)
  },

  'deletes one version of a file, and no other that has its key': async (storage) => {
    const { version = '' } = (await store(storage, 'key', randomBytes(10))) ?? {}
    const deletions = [storage.delete('key', { version }), storage.delete('key', { version })]
    deepEqual((await Promise.all(deletions)).filter(Boolean), [true])
    const second = await stored(storage, 'key', randomBytes(10))
    equal(await storage.delete('key', { version }), false)
    deepEqual(await storage.stat('key'), second)
  },

  'never gives the bytes of another file that has got the key of an open one': async (storage) => {
    const bytes = randomBytes(600_000)
    await store(storage, 'open', bytes)
    const file = await storage.open('open')
    await storage.delete('open')
    await stored(storage, 'open', randomBytes(600_000))
    try {
      deepEqual(file && (await collect(file.stream())), bytes)
    } catch (error) {
      // The medium may be unable to keep a deleted file open.
      if (!isUploadError(error) || error.code !== 'storage-failed') throw error
    }
  },
}

/** Promises about keys that a transaction promises or deletes, and that others want. */
export const REUSED_TRANSACTION_PROMISES: Promises = {
  'gives a promised key to no other draft, and the key back when nothing comes of it': async (storage) => {
    const transaction = begin(storage)
    const other = begin(storage)
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

  'gives a key that was added to a prepared transaction to no other draft': async (storage) => {
    const transaction = begin(storage)
    await transaction.reserve(await seal(storage, text('first')), 'first', RECORD)
    await transaction.prepare()
    await transaction.reserve(await seal(storage, text('added')), 'folder/added', RECORD)
    const rival = await seal(storage, text('rival'))
    equal(await rival.publish('folder/added', RECORD), undefined)
    equal(await transaction.reserve(rival, 'first', RECORD), undefined)
    await transaction.commit()
    deepEqual(await keys(storage), ['first', 'folder/added'])
    deepEqual(await read(storage, 'folder/added'), text('added'))
    await rival.discard()
    equal(await storage.sweep(), 0)
  },

  'frees the keys of drafts that were discarded after a rollback, and of files that it deleted': async (storage) => {
    const discarded = await seal(storage, text('discarded'))
    const first = begin(storage)
    await first.reserve(discarded, 'discarded', RECORD)
    await first.prepare()
    await first.rollback()
    await discarded.discard()
    notEqual(await store(storage, 'discarded', text('new')), undefined)
    const second = begin(storage)
    await second.prepare()
    equal(await second.delete('discarded'), true)
    await second.commit()
    await second.finish()
    notEqual(await store(storage, 'discarded', text('newest')), undefined)
    deepEqual(await read(storage, 'discarded'), text('newest'))
    equal(await storage.sweep(), 0)
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

/** Promises about drafts of a file whose key another file gets. */
export const REUSED_ADOPTION_PROMISES: Promises = {
  'gives the old key of a moved file to another one, and mixes them up in neither place': async (storage) => {
    const bytes = randomBytes(1000)
    const { version } = await stored(storage, 'old', bytes)
    await readOften(storage, 'old')
    const sealed = await draftOf(storage, 'old', version)
    notEqual(await sealed.publish('new', RECORD), undefined)
    equal(await storage.delete('old', { version }), true)
    notEqual(await store(storage, 'old', text('another')), undefined)
    deepEqual(await read(storage, 'old'), text('another'))
    deepEqual(await read(storage, 'new'), bytes)
  },

  'makes no draft of a later file that has the key': async (storage) => {
    const { version } = await stored(storage, 'key', text('first'))
    await storage.delete('key')
    await stored(storage, 'key', text('later'))
    equal(await storage.draftOf?.('key', version), undefined)
  },
}
