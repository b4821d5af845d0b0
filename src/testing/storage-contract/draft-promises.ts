import { deepEqual, equal, notEqual, ok, rejects, throws } from 'node:assert/strict'
import type { Draft } from '../../storage/draft.ts'
import { collect } from '../collect.ts'
import { keys, NO_RANGES, randomBytes, RANGES, read, RECORD, refuses, seal, showsNothing, text } from './steps.ts'
import type { Promises } from './steps.ts'

/** Promises about bytes on their way in. */
export const DRAFT_PROMISES: Promises = {
  'takes bytes faster than it can write them': async (storage) => {
    const bytes = randomBytes(3_000_000)
    const draft = storage.createDraft()
    const waits: unknown[] = []
    for (let start = 0; start < bytes.byteLength; start += 10_000) {
      waits.push(draft.append(bytes.subarray(start, start + 10_000)))
    }
    equal(draft.size, bytes.byteLength)
    const sealed = await draft.seal()
    await Promise.all(waits)
    deepEqual(await collect(sealed.stream()), bytes)
    await sealed.discard()
  },

  'shows nothing of a draft before it is published': async (storage) => {
    const draft = storage.createDraft()
    await draft.append(randomBytes(100_000))
    await draft.flush()
    await showsNothing(storage, draft.id)
    const sealed = await draft.seal()
    await showsNothing(storage, draft.id)
    notEqual(await sealed.publish('now', RECORD), undefined)
    deepEqual(await keys(storage), ['now'])
  },

  'gives every draft an id of its own, safe in a URL': async (storage) => {
    const drafts = Array.from({ length: 20 }, () => storage.createDraft())
    equal(new Set(drafts.map(({ id }) => id)).size, drafts.length)
    // 128 bits are 22 characters of base64url.
    for (const { id } of drafts) ok(/^[\w-]{22,}$/.test(id), id)
    await Promise.all(drafts.map((draft) => draft.discard()))
  },

  'keeps a record without a digest as it is': async (storage) => {
    const record = { filename: '', type: 'application/octet-stream' }
    await (await seal(storage, randomBytes(1))).publish('plain', record)
    deepEqual((await storage.stat('plain'))?.record, record)
  },

  'removes every trace of a discarded draft, however often': async (storage) => {
    const open = storage.createDraft()
    void open.append(randomBytes(100_000))
    await open.discard()
    await open.discard()
    const sealed = await seal(storage, randomBytes(10))
    await sealed.discard()
    await sealed.discard()
    await storage.createDraft().discard()
    await showsNothing(storage, open.id)
    equal(await storage.sweep(), 0)
  },

  'leaves a published file alone when its draft is discarded': async (storage) => {
    const draft = storage.createDraft()
    await draft.append(randomBytes(10))
    const sealed = await draft.seal()
    await sealed.publish('kept', RECORD)
    await sealed.discard()
    await draft.discard()
    equal((await read(storage, 'kept')).byteLength, 10)
  },

  'goes back to an earlier size and on from there': async (storage) => {
    const draft = storage.createDraft()
    await draft.append(text('one two'))
    await draft.truncate(4)
    equal(draft.size, 4)
    await draft.append(text('three'))
    await draft.truncate(9)
    const sealed = await draft.seal()
    equal(new TextDecoder().decode(await collect(sealed.stream())), 'one three')
    await sealed.discard()
    const other = storage.createDraft()
    await rejects(other.truncate(1), TypeError)
    await rejects(other.truncate(-1), TypeError)
    await other.discard()
  },

  'reads any range of a sealed draft, again and again': async (storage) => {
    const bytes = randomBytes(600_000)
    const sealed = await seal(storage, bytes)
    equal(sealed.size, bytes.byteLength)
    for (const [start, end] of RANGES) deepEqual(await collect(sealed.stream(start, end)), bytes.slice(start, end))
    for (const [start, end] of NO_RANGES) throws(() => sealed.stream(start, end), TypeError)
    notEqual(await sealed.publish('read', RECORD), undefined)
  },

  'keeps a draft with a time of its own until then, and no longer': async (storage) => {
    const lasting = storage.createDraft({ expiresAt: new Date(Date.now() + 3_600_000) })
    const over = storage.createDraft({ expiresAt: new Date(Date.now() - 1) })
    await lasting.append(text('lasting'))
    await over.append(text('over'))
    await lasting.flush()
    const sealed = await over.seal()
    equal(await storage.sweep(), 1)
    equal(await storage.sweep(), 0)
    await refuses(sealed.publish('over', RECORD), 'storage-failed')
    await sealed.discard()
    notEqual(await (await lasting.seal()).publish('lasting', RECORD), undefined)
    deepEqual(await keys(storage), ['lasting'])
    equal(await storage.sweep(), 0)
  },

  'does not sweep what is still being received': async (storage) => {
    const draft = storage.createDraft()
    await draft.append(text('live'))
    await draft.flush()
    const sealed = await seal(storage, text('sealed'))
    equal(await storage.sweep(), 0)
    notEqual(await (await draft.seal()).publish('live', RECORD), undefined)
    notEqual(await sealed.publish('sealed', RECORD), undefined)
  },

  'is not sealed by a call that a discard overtakes': async (storage) => {
    for (let turns = 1; turns < 40; turns++) {
      const draft = storage.createDraft()
      await draft.append(text('gone'))
      await draft.flush()
      let isDiscarded = false
      const sealing = draft.seal().then(
        () => ok(!isDiscarded, 'seal resolved after the draft was discarded'),
        (error: unknown) => ok(error instanceof TypeError, String(error)),
      )
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
      const discarding = draft.discard()
      isDiscarded = true
      await Promise.all([sealing, discarding])
    }
    deepEqual(await keys(storage), [])
  },

  'tells misuse of a draft as a TypeError': async (storage) => {
    const draft = storage.createDraft()
    const sealed = await draft.seal()
    await misused(draft)
    await sealed.publish('done', RECORD)
    await rejects(sealed.publish('twice', RECORD), TypeError)
    const discarded = storage.createDraft()
    await discarded.discard()
    await misused(discarded)
    deepEqual(await keys(storage), ['done'])
  },
}

async function misused(draft: Draft): Promise<void> {
  throws(() => void draft.append(text('more')), TypeError)
  await rejects(draft.flush(), TypeError)
  await rejects(draft.truncate(0), TypeError)
  await rejects(draft.seal(), TypeError)
}
