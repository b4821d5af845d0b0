import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import type { Storage } from '../../storage/storage.ts'
import { keys, refuses, store, text } from './steps.ts'
import type { Promises } from './steps.ts'

/** Keys that UTF-16 and UTF-8 sort differently. */
const BY_CODE_UNIT = ['\u{1F600}', '\uFFFD']

/** Promises about lists. */
export const LIST_PROMISES: Promises = {
  'lists by name in code-unit order, in pages': async (storage) => {
    // `-` comes before `/` and `/` before `0`: a folder does not sort as its name does.
    // A name may be the beginning of the next one.
    const names = ['B', 'a', 'a.b', 'ab', 'b-c', 'b/a', 'b/c/d', 'b/e', 'b0', 'é']
    for (const key of [...BY_CODE_UNIT, ...names.toReversed()]) await store(storage, key, text(key))
    const sorted = await keys(storage)
    const last = sorted.slice(names.length)
    deepEqual(sorted, [...names, ...(isByCodePoint(storage, last) ? last : BY_CODE_UNIT)])
    for (const limit of [1, 2, 3, sorted.length, 1000]) deepEqual(await keys(storage, { limit }), sorted)
    deepEqual(await keys(storage, { folder: 'b', limit: 2 }), ['b/a', 'b/c/d', 'b/e'])
    deepEqual(await keys(storage, { folder: 'b/c' }), ['b/c/d'])
    deepEqual(await keys(storage, { folder: 'none' }), [])
    deepEqual(await keys(storage, { folder: '../b' }), [])
    for (const limit of [0, -1, 1.5, Number.NaN]) await rejects(storage.list({ limit }), TypeError)
  },

  'lists the newest first, in pages': async (storage) => {
    for (const key of ['b', 'c', 'a/d', 'e', 'a/a']) await store(storage, key, text(key))
    const { entries } = await storage.list({ order: 'newest' })
    equal(entries.length, 5)
    const sorted = entries.toSorted((a, b) => b.storedAt.getTime() - a.storedAt.getTime() || (a.key < b.key ? -1 : 1))
    deepEqual(entries, sorted)
    const order = 'newest'
    for (const limit of [1, 2, 5])
      deepEqual(
        await keys(storage, { order, limit }),
        sorted.map(({ key }) => key),
      )
  },

  'goes on listing from the same place when files come and go': async (storage) => {
    for (const order of ['name', 'newest'] as const) {
      for (const name of ['a', 'c', 'e', 'g']) await store(storage, `${order}/${name}`, text(name))
      const all = await keys(storage, { folder: order })
      const first = await storage.list({ folder: order, order, limit: 2 })
      const [gone, last] = first.entries
      await storage.delete(last?.key ?? '')
      ok(first.next !== undefined)
      const second = await storage.list({ folder: order, order, limit: 2, cursor: first.next })
      deepEqual(new Set([gone, last, ...second.entries].map((entry) => entry?.key)), new Set(all))
      equal(second.next, undefined)
    }
    for (const key of ['a', 'c', 'e', 'g']) await store(storage, key, text(key))
    const page = await storage.list({ limit: 2 })
    await store(storage, 'b', text('behind the cursor'))
    await store(storage, 'd', text('before it'))
    const { entries } = await storage.list({ limit: 2, cursor: page.next ?? '' })
    deepEqual(
      entries.map(({ key }) => key),
      ['d', 'e'],
    )
  },

  'never tells the folder of a list in its cursor, and stays in the folder with any cursor': async (storage) => {
    for (const key of ['anns/a', 'anns/b', 'bobs/a', 'bobs/b', 'bobs/c']) await store(storage, key, text(key))
    for (const order of ['name', 'newest'] as const) {
      const { entries, next } = await storage.list({ folder: 'bobs', order, limit: 1 })
      ok(next !== undefined && !next.includes('bobs'))
      const others = await storage.list({ folder: 'anns', order, cursor: next })
      ok(others.entries.every(({ key }) => key.startsWith('anns/')))
      const rest = await storage.list({ folder: 'bobs', order, cursor: next })
      deepEqual([...entries, ...rest.entries].map(({ key }) => key).toSorted(), ['bobs/a', 'bobs/b', 'bobs/c'])
    }
  },

  'refuses a cursor that it did not give': async (storage) => {
    for (const order of ['name', 'newest'] as const) {
      await refuses(storage.list({ order, cursor: 'nonsense' }), 'malformed-request')
    }
  },
}

/** A storage that gives each key once may list in the order of code points, as the engines of S3 do. */
function isByCodePoint(storage: Storage, listed: readonly string[]): boolean {
  return storage.keys === 'once' && listed[0] === BY_CODE_UNIT[1]
}
