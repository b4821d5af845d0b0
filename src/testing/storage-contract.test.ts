import { describe, expect, test } from 'vitest'
import type { Draft, SealedDraft } from '../storage/draft.ts'
import type { FileRecord, Storage, StorageEntry } from '../storage/storage.ts'
import { onceStorage } from './fixtures/once-storage.ts'
import { storageContract } from './storage-contract.ts'

const TOLD = 'publishes a draft under the key that it was told early, with its record, if it takes such keys'
const FIRST_BYTE = 'may be told the key of a draft before its first byte, and the key alone'
const DISCARDED = 'leaves nothing of a draft that is discarded after it was told its key'
const NOTHING_ELSE = 'does nothing else with a draft that was told its key than to publish it there'
const SEALED = 'takes no key for a draft that is sealed or discarded'
const SET_KEYS = 'keeps files under the keys that a set makes, with a record and without one'
const BY_NAME = 'lists by name in code-unit order, in pages'

const once = (makeStorage: () => Storage) => storageContract(makeStorage, { keys: 'once' })

describe('a storage that gives each key once', () => {
  for (const { name, run } of once(onceStorage)) test(name, run)
})

test('a storage that gives each key once may list by code points, as UTF-8 is sorted', async () => {
  expect(await isKept(() => listing(byCodePoint), BY_NAME)).toBe(true)
  expect(await isKept(() => listing((a, b) => byCodePoint(b, a)), BY_NAME)).toBe(false)
  expect(await isKept(() => ({ ...listing(byCodePoint), keys: 'reused' }), BY_NAME)).toBe(false)
})

test('the contract asks a storage that gives each key once for no key that a file or a rival has had', async () => {
  const asked = new Set(once(onceStorage).map(({ name }) => name))
  const leftOut = storageContract(onceStorage).filter(({ name }) => !asked.has(name))
  const kept: string[] = []
  for (const { name, run } of leftOut) {
    await run().then(
      () => kept.push(name),
      // An AssertionError: the storage refuses the key of a former file.
      () => {},
    )
  }
  expect(leftOut.length).toBeGreaterThan(10)
  // A storage in memory guards promised keys, although it need not.
  expect(kept).toEqual([
    'gives a key that was added to a prepared transaction to no other draft',
    'promises one key to one of many that ask at once',
  ])
})

describe('the contract of a storage that gives each key once notices a storage', () => {
  test('that does not declare it', async () => {
    expect(await isKept(() => ({ ...onceStorage(), keys: 'reused' }), 'declares that it gives each key once')).toBe(
      false,
    )
  })

  test('that deletes a file and tells no caller', async () => {
    const storage = (): Storage => {
      const inner = onceStorage()
      return { ...inner, delete: async (key) => (await inner.delete(key)) && false }
    }
    const promise = 'tells one of several callers that delete a file at once that it is gone'
    expect(await isKept(storage, promise)).toBe(false)
  })

  test('whose lists lack the records', async () => {
    const storage = (): Storage => {
      const inner = onceStorage()
      const list: Storage['list'] = async (options) => {
        const page = await inner.list(options)
        return {
          ...page,
          entries: page.entries.map(({ key, size, storedAt, version }) => ({ key, size, storedAt, version })),
        }
      }
      return { ...inner, list }
    }
    expect(await isKept(storage, SET_KEYS)).toBe(false)
  })

  test('that publishes a draft which is told its key at once', async () => {
    const storage = sealing(async (sealed, { key, record }) => {
      await sealed.publish(key, record)
      return sealed
    })
    for (const promise of [TOLD, DISCARDED]) expect(await isKept(storage, promise)).toBe(false)
  })

  test('that gives a draft which was told its key no record, or always one', async () => {
    const without = sealing(async (sealed) => ({ ...sealed, publish: (key) => sealed.publish(key) }))
    expect(await isKept(without, TOLD)).toBe(false)
    const always = { filename: 'a', type: 'text/plain' }
    const withRecord = sealing(async (sealed) => ({ ...sealed, publish: (key) => sealed.publish(key, always) }))
    expect(await isKept(withRecord, FIRST_BYTE)).toBe(false)
  })

  test.each<[string, (sealed: SealedDraft) => SealedDraft]>([
    ['reads', (sealed) => ({ ...sealed, stream: async function* () {} })],
    ['sets aside', (sealed) => ({ ...sealed, keep: async () => {} })],
    ['publishes elsewhere', (sealed) => ({ ...sealed, publish: async (key) => entryOf(key) })],
  ])('that %s a draft which was told its key', async (_, change) => {
    const storage = sealing(async (sealed) => change(sealed))
    expect(await isKept(storage, NOTHING_ELSE)).toBe(false)
  })

  test('that promises another use to a draft which was told its key', async () => {
    const storage = (): Storage => {
      const inner = onceStorage()
      const createTransaction = (): ReturnType<typeof inner.createTransaction> => {
        const transaction = inner.createTransaction()
        transaction.reserve = async (_, key) => entryOf(key)
        return transaction
      }
      return { ...inner, createTransaction }
    }
    expect(await isKept(storage, NOTHING_ELSE)).toBe(false)
  })

  test('that takes the key of a draft which is sealed already', async () => {
    const storage = drafting((draft) => {
      draft.intend = () => {}
    })
    expect(await isKept(storage, SEALED)).toBe(false)
  })
})

async function isKept(makeStorage: () => Storage, promise: string): Promise<boolean> {
  const found = once(makeStorage).find(({ name }) => name === promise)
  if (found === undefined) throw new Error(`There is no promise "${promise}".`)
  return found.run().then(
    () => true,
    // An AssertionError, or a failure on the way to it.
    () => false,
  )
}

interface Told {
  readonly key: string
  readonly record: FileRecord | undefined
}

function drafting(change: (draft: Draft) => void): () => Storage {
  return () => {
    const inner = onceStorage()
    const createDraft: Storage['createDraft'] = (options) => {
      const draft = inner.createDraft(options)
      change(draft)
      return draft
    }
    return { ...inner, createDraft }
  }
}

/** A storage that seals drafts otherwise if they were told their key. */
function sealing(change: (sealed: SealedDraft, told: Told) => Promise<SealedDraft>): () => Storage {
  return drafting((draft) => {
    const intend = draft.intend?.bind(draft)
    const seal = draft.seal.bind(draft)
    let told: Told | undefined
    draft.intend = (key, record) => {
      intend?.(key, record)
      told = { key, record }
    }
    draft.seal = async () => {
      const sealed = await seal()
      return told === undefined ? sealed : change(sealed, told)
    }
  })
}

/** A storage that lists by name in another order. It lists everything on the first page, unless there is a limit. */
function listing(compare: (a: string, b: string) => number): Storage {
  const inner = onceStorage()
  const list: Storage['list'] = async ({ limit = 100, cursor, ...options } = {}) => {
    const { entries } = await inner.list({ ...options, limit: 1000 })
    if (!Number.isInteger(limit) || limit < 1) return inner.list({ limit })
    const sorted = entries.toSorted((a, b) => compare(a.key, b.key))
    const start = cursor === undefined ? 0 : Number(cursor)
    const page = sorted.slice(start, start + limit)
    return start + limit < sorted.length ? { entries: page, next: `${start + limit}` } : { entries: page }
  }
  return { ...inner, list }
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function entryOf(key: string): StorageEntry {
  return { key, size: 1, storedAt: new Date(), version: '1' }
}
