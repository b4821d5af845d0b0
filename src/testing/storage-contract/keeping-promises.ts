import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict'
import type { ClaimedDraft, SealedDraft } from '../../storage/draft.ts'
import type { Storage } from '../../storage/storage.ts'
import { collect } from '../collect.ts'
import { randomBytes, read, RECORD, seal, showsNothing, text } from './steps.ts'
import type { Promises } from './steps.ts'

/** Promises about drafts that are set aside, for a storage that can do that. */
export const KEEPING_PROMISES: Promises = {
  'gives a draft back that was set aside, with its bytes and its note': async (storage) => {
    const bytes = randomBytes(100_000)
    const sealed = await seal(storage, bytes)
    const expiresAt = inAnHour()
    await keep(sealed, expiresAt, 'ä note')
    await showsNothing(storage, sealed.id)
    equal(await storage.sweep(), 0)
    const claimed = await claim(storage, sealed.id)
    ok(claimed !== undefined)
    equal(claimed.note, 'ä note')
    deepEqual(claimed.expiresAt, expiresAt)
    equal(claimed.sealed.id, sealed.id)
    deepEqual(await collect(claimed.sealed.stream(1, 500)), bytes.slice(1, 500))
    notEqual(await claimed.sealed.publish('kept', RECORD), undefined)
    deepEqual(await read(storage, 'kept'), bytes)
    equal(await claim(storage, sealed.id), undefined)
  },

  'gives it to one of many that claim it, and nothing for an id that is not that of a draft': async (storage) => {
    const sealed = await seal(storage, text('one'))
    await keep(sealed, inAnHour(), '')
    const claimed = await Promise.all(Array.from({ length: 10 }, () => claim(storage, sealed.id)))
    const [winner, ...others] = claimed.filter((draft) => draft !== undefined)
    ok(winner !== undefined)
    deepEqual(others, [])
    for (const id of ['', '../kept', 'format', '0'.repeat(32), `${sealed.id}.json`]) {
      equal(await claim(storage, id), undefined)
    }
    const open = storage.createDraft({ expiresAt: inAnHour() })
    await open.append(text('not whole'))
    await open.flush()
    equal(await claim(storage, open.id), undefined)
    await Promise.all([winner.sealed.discard(), open.discard()])
  },

  'can be set aside again, and is gone when its time is over': async (storage) => {
    const sealed = await seal(storage, text('again'))
    await keep(sealed, inAnHour(), 'first')
    const claimed = await claim(storage, sealed.id)
    ok(claimed !== undefined)
    await keep(claimed.sealed, new Date(Date.now() - 1), 'second')
    equal(await claim(storage, sealed.id), undefined)
    equal(await storage.sweep(), 1)
    equal(await storage.sweep(), 0)
  },

  'lets go of a draft that it set aside': async (storage) => {
    const sealed = await seal(storage, text('aside'))
    await keep(sealed, inAnHour(), '')
    await rejects(sealed.publish('key', RECORD), TypeError)
    await sealed.discard()
    const claimed = await claim(storage, sealed.id)
    ok(claimed !== undefined)
    await claimed.sealed.discard()
    equal(await claim(storage, sealed.id), undefined)
  },
}

function inAnHour(): Date {
  return new Date(Date.now() + 3_600_000)
}

function keep(sealed: SealedDraft, expiresAt: Date, note: string): Promise<void> {
  ok(sealed.keep !== undefined)
  return sealed.keep(expiresAt, note)
}

async function claim(storage: Storage, id: string): Promise<ClaimedDraft | undefined> {
  ok(storage.claim !== undefined)
  return storage.claim(id)
}
