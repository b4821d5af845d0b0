import { deepEqual, equal } from 'node:assert/strict'
import { newTimedId, timedFolder } from '../../storage/timed-id.ts'
import { keys, randomBytes, read, RECORD, seal, store } from './steps.ts'
import type { Promises } from './steps.ts'

/** Promises of a storage that gives each key to one file, ever (`keys: 'once'`). */
export const GIVEN_ONCE_PROMISES: Promises = {
  'declares that it gives each key once': async (storage) => {
    equal(storage.keys, 'once')
  },

  'tells one of several callers that delete a file at once that it is gone': async (storage) => {
    await store(storage, 'gone', randomBytes(10))
    const deletions = Array.from({ length: 5 }, () => storage.delete('gone'))
    equal((await Promise.all(deletions)).filter((isGone) => isGone).length, 1)
    equal(await storage.delete('gone'), false)
    deepEqual(await keys(storage), [])
  },

  'keeps files under the keys that a set makes, with a record and without one': async (storage) => {
    const bytes = randomBytes(100)
    const marked = `folder/${timedFolder(newTimedId(), true)}/a.txt`
    const plain = `folder/${timedFolder(newTimedId(), false)}/b.txt`
    const entries = [
      await (await seal(storage, bytes)).publish(marked, RECORD),
      await (await seal(storage, bytes)).publish(plain),
    ]
    deepEqual(
      entries.map((entry) => [entry?.key, entry?.size, entry?.record]),
      [
        [marked, 100, RECORD],
        [plain, 100, undefined],
      ],
    )
    deepEqual([await storage.stat(marked), await storage.stat(plain)], entries)
    for (const key of [marked, plain]) deepEqual(await read(storage, key), bytes)
    for (const order of ['name', 'newest'] as const) {
      const page = await storage.list({ folder: 'folder', order })
      deepEqual(new Set(page.entries), new Set(entries))
    }
  },
}
