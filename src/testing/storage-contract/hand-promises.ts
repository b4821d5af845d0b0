import { deepEqual, equal, notEqual } from 'node:assert/strict'
import type { Storage } from '../../storage/storage.ts'
import { randomBytes, read, readOften, store } from './steps.ts'
import type { Promises } from './steps.ts'

/** How an operator changes the files of a storage by hand: the storage is not told. */
export interface ChangesByHand<Kind extends Storage = Storage> {
  /** Gives a file other bytes. */
  write(storage: Kind, key: string, bytes: Uint8Array): Promise<void>
  /** Gives a file another key, which is free. */
  rename(storage: Kind, key: string, newKey: string): Promise<void>
  /** Removes a file. */
  remove(storage: Kind, key: string): Promise<void>
}

/** Promises about files that were changed by hand, however often they were read before. */
export function handPromises<Kind extends Storage>(hand: ChangesByHand<Kind>): Promises<Kind> {
  return {
    'reads a file that was changed by hand as it is now': async (storage) => {
      await store(storage, 'changed', randomBytes(1000))
      for (const size of [1000, 2000, 1000]) {
        await readOften(storage, 'changed')
        const bytes = randomBytes(size)
        await hand.write(storage, 'changed', bytes)
        deepEqual(await read(storage, 'changed'), bytes)
        equal((await storage.stat('changed'))?.size, size)
      }
    },

    'sees at once that a file was removed or renamed by hand': async (storage) => {
      const bytes = randomBytes(1000)
      await store(storage, 'before', bytes)
      await readOften(storage, 'before')
      await hand.rename(storage, 'before', 'after')
      equal(await storage.open('before'), undefined)
      equal(await storage.stat('before'), undefined)
      deepEqual(await read(storage, 'after'), bytes)
      await readOften(storage, 'after')
      await hand.remove(storage, 'after')
      equal(await storage.open('after'), undefined)
      equal(await storage.stat('after'), undefined)
      if (storage.keys !== 'once') notEqual(await store(storage, 'after', randomBytes(1000)), undefined)
    },
  }
}
