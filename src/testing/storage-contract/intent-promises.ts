import { deepEqual, equal, notEqual, rejects, throws } from 'node:assert/strict'
import type { Draft } from '../../storage/draft.ts'
import type { Storage } from '../../storage/storage.ts'
import { keys, newKey, randomBytes, read, RECORD, showsNothing } from './steps.ts'
import type { Promises } from './steps.ts'

/** Bytes of a small file, and of one that a medium may take in several parts. */
const SIZES = [10_000, 12 * 1024 * 1024]

/** Bytes that have come when a set tells the key. */
const HEAD_SIZE = 5000

/** Promises about drafts that are told their key before they are sealed. A storage without `intend` keeps them all. */
export const INTENT_PROMISES: Promises = {
  'publishes a draft under the key that it was told early, with its record, if it takes such keys': async (storage) => {
    if (!(await takesIntents(storage))) return
    for (const size of SIZES) {
      const bytes = randomBytes(size)
      const key = newKey(storage, `file-${size}`)
      const draft = await begin(storage, bytes, key)
      await showsNothing(storage, key)
      const sealed = await draft.seal()
      equal(sealed.size, size)
      await showsNothing(storage, key)
      const entry = await sealed.publish(key, RECORD)
      deepEqual([entry?.key, entry?.size, entry?.record], [key, size, RECORD])
      deepEqual(await storage.stat(key), entry)
      deepEqual(await read(storage, key), bytes)
      await sealed.discard()
      deepEqual(await read(storage, key), bytes)
      equal(await storage.delete(key), true)
      equal(await storage.sweep(), 0)
    }
  },

  'may be told the key of a draft before its first byte, and the key alone': async (storage) => {
    if (!(await takesIntents(storage))) return
    const bytes = randomBytes(10_000)
    const draft = storage.createDraft()
    draft.intend?.('early', undefined)
    await draft.append(bytes)
    const entry = await (await draft.seal()).publish('early')
    deepEqual([entry?.key, entry?.record], ['early', undefined])
    deepEqual(await read(storage, 'early'), bytes)
  },

  'leaves nothing of a draft that is discarded after it was told its key': async (storage) => {
    if (!(await takesIntents(storage))) return
    for (const size of SIZES) {
      const open = await begin(storage, randomBytes(size), newKey(storage, 'open'))
      await open.discard()
      const draft = await begin(storage, randomBytes(size), newKey(storage, 'sealed'))
      const sealed = await draft.seal()
      await sealed.discard()
      await sealed.discard()
      await showsNothing(storage, open.id)
    }
    equal(await storage.sweep(), 0)
  },

  'does nothing else with a draft that was told its key than to publish it there': async (storage) => {
    if (!(await takesIntents(storage))) return
    for (const size of SIZES) {
      const key = newKey(storage, `file-${size}`)
      const sealed = await (await begin(storage, randomBytes(size), key)).seal()
      throws(() => sealed.stream(), TypeError)
      await rejects(sealed.publish(newKey(storage, 'another'), RECORD), TypeError)
      if (sealed.keep !== undefined) await rejects(sealed.keep(new Date(Date.now() + 3_600_000), ''), TypeError)
      const transaction = storage.createTransaction?.()
      const another = newKey(storage, 'another')
      if (transaction !== undefined) await rejects(transaction.reserve(sealed, another, RECORD), TypeError)
      await transaction?.rollback()
      notEqual(await sealed.publish(key, RECORD), undefined)
      deepEqual(await keys(storage), [key])
      equal(await storage.delete(key), true)
    }
  },

  'takes a draft that was told its key into a transaction, under that key': async (storage) => {
    if (storage.createTransaction === undefined || !(await takesIntents(storage))) return
    for (const size of SIZES) {
      const bytes = randomBytes(size)
      const key = newKey(storage, `file-${size}`)
      const sealed = await (await begin(storage, bytes, key)).seal()
      const undone = storage.createTransaction()
      notEqual(await undone.reserve(sealed, key, RECORD), undefined)
      await undone.prepare()
      equal(await undone.rollback(), true)
      await showsNothing(storage, key)
      const transaction = storage.createTransaction()
      const entry = await transaction.reserve(sealed, key, RECORD)
      await transaction.prepare()
      await showsNothing(storage, key)
      await transaction.commit()
      deepEqual(await storage.stat(key), entry)
      deepEqual(await read(storage, key), bytes)
      equal(await storage.delete(key), true)
      equal(await storage.sweep(), 0)
    }
  },

  'takes no key for a draft that is sealed or discarded': async (storage) => {
    if (!(await takesIntents(storage))) return
    const sealed = storage.createDraft()
    await (await sealed.seal()).discard()
    const discarded = storage.createDraft()
    await discarded.discard()
    for (const draft of [sealed, discarded]) throws(() => draft.intend?.('late', RECORD), TypeError)
  },
}

async function takesIntents(storage: Storage): Promise<boolean> {
  const draft = storage.createDraft()
  await draft.discard()
  return draft.intend !== undefined
}

/** A draft of all the bytes. It is told its key when its first bytes are there. */
async function begin(storage: Storage, bytes: Uint8Array, key: string): Promise<Draft> {
  const draft = storage.createDraft()
  await draft.append(bytes.subarray(0, HEAD_SIZE))
  draft.intend?.(key, RECORD)
  for (let start = HEAD_SIZE; start < bytes.length; start += 65_536) {
    await draft.append(bytes.subarray(start, start + 65_536))
  }
  return draft
}
