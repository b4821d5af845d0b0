import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import type { SealedDraft } from '../../storage/draft.ts'
import type { Storage } from '../../storage/storage.ts'
import { collect } from '../collect.ts'
import { keys, randomBytes, read, readOften, RECORD, store, text } from './steps.ts'
import type { Promises } from './steps.ts'

/** Promises about drafts of stored files, for a storage that can make them. */
export const ADOPTION_PROMISES: Promises = {
  'makes a draft of a stored file, which can be published under another key': async (storage) => {
    const bytes = randomBytes(600_000)
    const { version } = await stored(storage, 'a/first', bytes)
    const sealed = await draftOf(storage, 'a/first', version)
    equal(sealed.size, bytes.length)
    deepEqual(await collect(sealed.stream()), bytes)
    deepEqual(await collect(sealed.stream(1, 500)), bytes.slice(1, 500))
    deepEqual(await keys(storage), ['a/first'])
    equal(await sealed.publish('a/first', RECORD), undefined)
    deepEqual((await sealed.publish('b/second', RECORD))?.record, RECORD)
    deepEqual(await keys(storage), ['a/first', 'b/second'])
    for (const key of ['a/first', 'b/second']) deepEqual(await read(storage, key), bytes)
  },

  'keeps the draft of a file that is deleted, and a file whose draft is discarded': async (storage) => {
    const { version } = await stored(storage, 'first', text('first'))
    const discarded = await draftOf(storage, 'first', version)
    const sealed = await draftOf(storage, 'first', version)
    await discarded.discard()
    deepEqual(await read(storage, 'first'), text('first'))
    equal(await storage.delete('first', { version }), true)
    deepEqual(await collect(sealed.stream()), text('first'))
    notEqual(await sealed.publish('second', RECORD), undefined)
    deepEqual(await read(storage, 'second'), text('first'))
    deepEqual(await keys(storage), ['second'])
  },

  'leaves each of both files if the other is deleted by its version': async (storage) => {
    const first = await stored(storage, 'first', text('both'))
    const sealed = await draftOf(storage, 'first', first.version)
    const second = await sealed.publish('second', RECORD)
    ok(second !== undefined)
    equal(await storage.delete('second', { version: second.version }), true)
    deepEqual(await read(storage, 'first'), text('both'))
    deepEqual((await storage.stat('first'))?.record, RECORD)
    const again = await draftOf(storage, 'first', first.version)
    notEqual(await again.publish('third', RECORD), undefined)
    equal(await storage.delete('first', { version: first.version }), true)
    deepEqual(await read(storage, 'third'), text('both'))
    deepEqual((await storage.stat('third'))?.record, RECORD)
  },

  'forgets the old key of a moved file, however often it was read': async (storage) => {
    const bytes = randomBytes(1000)
    const { version } = await stored(storage, 'old', bytes)
    await readOften(storage, 'old')
    const sealed = await draftOf(storage, 'old', version)
    notEqual(await sealed.publish('new', RECORD), undefined)
    equal(await storage.delete('old', { version }), true)
    equal(await storage.open('old'), undefined)
    equal(await storage.stat('old'), undefined)
    deepEqual(await read(storage, 'new'), bytes)
  },

  'makes no draft of a file that is missing or has another version': async (storage) => {
    const first = await stored(storage, 'key', text('first'))
    equal(await storage.draftOf?.('key', 'another'), undefined)
    for (const key of ['other', '', '../key', 'key/', '/key', '.key']) {
      equal(await storage.draftOf?.(key, first.version), undefined)
    }
    await storage.delete('key')
    equal(await storage.draftOf?.('key', first.version), undefined)
  },

  'takes such a draft into a transaction': async (storage) => {
    if (storage.createTransaction === undefined) return
    const { version } = await stored(storage, 'first', text('first'))
    const sealed = await draftOf(storage, 'first', version)
    const transaction = storage.createTransaction()
    notEqual(await transaction.reserve(sealed, 'second', RECORD), undefined)
    await transaction.prepare()
    deepEqual(await collect(sealed.stream()), text('first'))
    await transaction.commit()
    deepEqual(await keys(storage), ['first', 'second'])
    deepEqual(await read(storage, 'second'), text('first'))
  },
}

export async function stored(storage: Storage, key: string, bytes: Uint8Array): Promise<{ readonly version: string }> {
  const entry = await store(storage, key, bytes)
  ok(entry !== undefined)
  return entry
}

export async function draftOf(storage: Storage, key: string, version: string): Promise<SealedDraft> {
  const sealed = await storage.draftOf?.(key, version)
  ok(sealed !== undefined, `there is no draft of ${key}`)
  return sealed
}
