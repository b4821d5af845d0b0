import { beforeEach, describe, expect, test } from 'vitest'
import { MiB } from '../../src/index.ts'
import type { Recover } from '../../src/s3.ts'
import type { Storage } from '../../src/storage.ts'
import { openS3Storage } from '../../src/storage/s3/s3-storage.ts'
import { newTimedId } from '../../src/storage/timed-id.ts'
import { collect } from '../../src/testing/collect.ts'
import { EngineConnection, UNSIGNED } from './engine-connection.ts'
import type { Fault } from './fault-plan.ts'
import type { ProfileName } from './profile.ts'
import { SimulatedEngine } from './simulated-engine.ts'

const NOW = { skewMs: 0 }
const MINUTES = 60_000
const DAYS = 24 * 60 * MINUTES
const RECORD = { filename: 'Ä.txt', type: 'text/plain' }
const SMALL = new Uint8Array(1000).fill(1)
const LARGE = new Uint8Array(12 * MiB).fill(2)

let engine: SimulatedEngine

beforeEach(() => start('ceph16'))

async function start(profile: ProfileName, seed?: number): Promise<void> {
  engine = new SimulatedEngine({ profile, seed, checksSignatures: false })
  await openS3Storage({ bucket: 'bucket', client: connect() }, NOW).check()
  engine.resetCounts()
}

function connect(name = 'process'): ReturnType<EngineConnection['client']> {
  return new EngineConnection(engine, name).client({ signer: UNSIGNED })
}

/** A process that uses the bucket. A later one lives after so many milliseconds. */
function process({ skewMs = 0, recover, recoverFences = false }: Partial<ProcessOptions> = {}) {
  const options = { bucket: 'bucket', client: connect(), recoverFences, ...(recover !== undefined && { recover }) }
  return openS3Storage(options, { skewMs })
}

interface ProcessOptions {
  readonly skewMs: number
  readonly recover: Recover
  readonly recoverFences: boolean
}

async function seal(storage: Storage, bytes: Uint8Array, key?: string) {
  const draft = storage.createDraft()
  if (key !== undefined) draft.intend?.(key, RECORD)
  await draft.append(bytes)
  return draft.seal()
}

async function read(storage: Storage, key: string): Promise<Uint8Array | undefined> {
  const file = await storage.open(key)
  return file === undefined ? undefined : collect(file.stream())
}

function newKey(name = 'a.txt'): string {
  return `${newTimedId()}-r/${name}`
}

/** The names of all objects but those that remember the engine. */
function objects(): string[] {
  return [...engine.bucket('bucket').objects.keys()].filter((name) => !name.endsWith('.decant/engine'))
}

describe('a file of a bucket is stored, and no trace of it remains', () => {
  test.each<Fault>(['lost-request', 'lost-answer', 'repeated', 'conflict', 'error', 'error-after', 'slow-down'])(
    'if its only request meets %s',
    async (fault) => {
      const storage = process()
      const key = newKey()
      engine.faults.plan('PutObject', fault)
      const entry = await (await seal(storage, SMALL)).publish(key, RECORD)
      expect(entry).toEqual(await storage.stat(key))
      expect(await read(storage, key)).toEqual(SMALL)
      expect(objects()).toEqual([key])
    },
  )

  test.each<Fault>(['lost-request', 'lost-answer', 'repeated', 'error', 'error-after', 'error-in-200', 'slow-down'])(
    'if the completion of its upload meets %s, and the upload is never aborted',
    async (fault) => {
      const storage = process()
      const key = newKey()
      const sealed = await seal(storage, LARGE, key)
      engine.faults.plan('CompleteMultipartUpload', fault)
      expect(await sealed.publish(key, RECORD)).toEqual(await storage.stat(key))
      await sealed.discard()
      engine.collectGarbage()
      expect(Buffer.compare((await read(storage, key)) ?? SMALL, LARGE)).toBe(0)
      expect([objects(), engine.count('AbortMultipartUpload')]).toEqual([[key], 0])
    },
  )
})

test('an upload whose completion was not answered is stored, also if the engine does not know it any more', async () => {
  // AWS answers as it likes: 200, 404 or 412.
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    await start('aws', seed)
    const storage = process()
    const key = newKey()
    const sealed = await seal(storage, LARGE, key)
    engine.faults.plan('CompleteMultipartUpload', 'lost-answer')
    expect(await sealed.publish(key, RECORD)).toEqual(await storage.stat(key))
  }
})

test('an upload that may have been completed is not aborted when its draft is discarded', async () => {
  const storage = process()
  const key = newKey()
  const sealed = await seal(storage, LARGE, key)
  engine.refuse('CompleteMultipartUpload', 'InternalError')
  await expect(sealed.publish(key, RECORD)).rejects.toMatchObject({ code: 'storage-failed' })
  await sealed.discard()
  expect(engine.count('AbortMultipartUpload')).toBe(0)
  expect(await storage.stat(key)).toBeUndefined()
})

test('an upload that was given up before is aborted, and its parts are gone', async () => {
  const sealed = await seal(process(), LARGE, newKey())
  await sealed.discard()
  expect(engine.bucket('bucket').uploads.size).toBe(0)
})

test('a second writer of a key is refused, also if the first one has not heard that it won', async () => {
  const [first, second] = [process(), process()]
  const one = await seal(first, SMALL)
  engine.faults.plan('PutObject', 'lost-answer')
  expect(await one.publish('chosen', RECORD)).toBeDefined()
  expect(await (await seal(second, new Uint8Array(5))).publish('chosen', RECORD)).toBeUndefined()
  expect(await read(first, 'chosen')).toEqual(SMALL)
})

describe('a transaction in a bucket', () => {
  test('is decided once: a commit that comes after another process has discarded it publishes nothing', async () => {
    const slow = process()
    const key = newKey()
    const transaction = slow.createTransaction()
    await transaction.reserve(await seal(slow, SMALL), key, RECORD)
    await transaction.prepare()
    const settler = process({ skewMs: 3 * MINUTES, recover: () => 'discard', recoverFences: true })
    await settler.sweep()
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await transaction.rollback()).toBe(true)
    await process({ skewMs: 3 * DAYS }).sweep()
    expect(objects()).toEqual([])
  })

  test('is decided once: a sweep that comes after the commit publishes what the commit did not', async () => {
    const dying = process()
    const keys = [newKey('a.txt'), newKey('b.txt')]
    const transaction = dying.createTransaction()
    for (const key of keys) await transaction.reserve(await seal(dying, SMALL), key, RECORD)
    await transaction.prepare()
    engine.refuse('CopyObject', 'AccessDenied')
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    engine.allow('CopyObject')
    const settler = process({ skewMs: 3 * MINUTES, recover: () => 'discard', recoverFences: true })
    await settler.sweep()
    expect(objects().toSorted()).toEqual(keys.toSorted())
  })

  test('is left alone while its process may still be alive', async () => {
    const alive = process()
    const key = newKey()
    const transaction = alive.createTransaction()
    await transaction.reserve(await seal(alive, SMALL), key, RECORD)
    await transaction.prepare()
    await process({ skewMs: MINUTES, recover: () => 'discard', recoverFences: true }).sweep()
    await process({ skewMs: 23 * 60 * MINUTES, recover: () => 'discard' }).sweep()
    await transaction.commit()
    expect(await read(alive, key)).toEqual(SMALL)
  })

  test.each<[string, Partial<ProcessOptions>, 'published' | 'discarded' | 'left']>([
    ['without `recover` after a day', { skewMs: 25 * 60 * MINUTES }, 'published'],
    ['without `recover` after an hour', { skewMs: 60 * MINUTES }, 'left'],
    ['with its row after three minutes', { skewMs: 3 * MINUTES, recover: () => 'publish' }, 'published'],
    ['without its row after an hour', { skewMs: 60 * MINUTES, recover: () => 'discard' }, 'left'],
    ['without its row after a day', { skewMs: 25 * 60 * MINUTES, recover: () => 'discard' }, 'discarded'],
    [
      'without its row after three minutes, if `recover` fences',
      { skewMs: 3 * MINUTES, recover: () => 'discard', recoverFences: true },
      'discarded',
    ],
  ])('of a dead process is settled as it must be %s', async (_, settler, outcome) => {
    const dying = process()
    const key = newKey()
    const transaction = dying.createTransaction()
    await transaction.reserve(await seal(dying, SMALL), key, RECORD)
    await transaction.reserve(await seal(dying, LARGE, `${key}2`), `${key}2`, RECORD)
    await transaction.prepare()
    await process(settler).sweep()
    const shown = objects().filter((name) => !name.startsWith('.decant/'))
    expect(shown).toEqual(outcome === 'published' ? [key, `${key}2`] : [])
    const hidden = objects().filter((name) => name.startsWith('.decant/'))
    expect(hidden.length > 0 || engine.bucket('bucket').uploads.size > 0).toBe(outcome === 'left')
  })

  test('is settled by one of two sweeps that find it at the same time', async () => {
    const dying = process()
    const transaction = dying.createTransaction()
    await transaction.reserve(await seal(dying, SMALL), newKey(), RECORD)
    await transaction.prepare()
    const sweepers = [1, 2].map(() => process({ skewMs: 3 * MINUTES, recover: () => 'publish' }))
    engine.resetCounts()
    await Promise.all(sweepers.map((storage) => storage.sweep()))
    expect(engine.count('CopyObject')).toBe(1)
  })

  test('does not bring back a file that was deleted after it was published', async () => {
    const dying = process()
    const key = newKey()
    const transaction = dying.createTransaction()
    await transaction.reserve(await seal(dying, SMALL), key, RECORD)
    await transaction.prepare()
    engine.refuse('DeleteObject', 'AccessDenied')
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    engine.allow('DeleteObject')
    expect(await process().delete(key)).toBe(true)
    await process({ skewMs: 3 * MINUTES }).sweep()
    expect(await process().stat(key)).toBeUndefined()
  })

  test('and its follower in another prefix of the bucket are published together, or not at all', async () => {
    for (const answer of ['publish', 'discard'] as const) {
      const client = connect()
      const [own, other] = ['own', 'other'].map((prefix) => openS3Storage({ bucket: 'bucket', prefix, client }, NOW))
      const leader = own?.createTransaction()
      const follower = other?.createTransaction(leader)
      if (own === undefined || other === undefined || leader === undefined || follower === undefined) throw new Error()
      await leader.reserve(await seal(own, SMALL), newKey(), RECORD)
      await follower.reserve(await seal(other, SMALL), newKey(), RECORD)
      await leader.prepare([follower.journal ?? ''])
      await follower.prepare()
      const recover = (): typeof answer => answer
      const later = { skewMs: 3 * MINUTES }
      for (const prefix of ['other', 'own', 'other', 'own']) {
        const options = { bucket: 'bucket', prefix, client: connect(), recover, recoverFences: true }
        await openS3Storage(options, later).sweep()
      }
      const shown = objects().filter((name) => name.startsWith('own/') || name.startsWith('other/'))
      expect(shown).toHaveLength(answer === 'publish' ? 2 : 0)
      for (const name of shown) expect(name).not.toContain('.decant')
      for (const name of shown) engine.bucket('bucket').objects.delete(name)
    }
  })

  test('cannot follow one in another bucket, or of another client, because no process could settle both', () => {
    const leader = process().createTransaction()
    expect(() => process().createTransaction(leader)).toThrow(/Use one bucket, and one client/)
    expect(() => process().createTransaction({ id: 'a', journal: '/uploads/.decant/a' })).toThrow(TypeError)
    expect(process().createTransaction({ id: 'a' }).id).toBe('a')
  })
})

test('a kept draft is given to one of two processes that claim it', async () => {
  const keeper = process()
  const sealed = await seal(keeper, SMALL)
  await sealed.keep?.(new Date(Date.now() + DAYS), 'note')
  const claims = await Promise.all([process(), process(), process()].map((storage) => storage.claim(sealed.id)))
  expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1)
})

test('a file is deleted by one of several processes, whose answers agree', async () => {
  const storage = process()
  for (let round = 0; round < 5; round++) {
    const key = newKey()
    await (await seal(storage, SMALL)).publish(key, RECORD)
    const answers = await Promise.all([process(), process(), process(), process()].map((each) => each.delete(key)))
    expect(answers.filter((isGone) => isGone)).toHaveLength(1)
    expect(objects()).toEqual([])
  }
})

test('a deletion whose process died long ago is ended by the next caller', async () => {
  const storage = process()
  const key = newKey()
  await (await seal(storage, SMALL)).publish(key, RECORD)
  engine.refuse('DeleteObject', 'AccessDenied')
  await expect(storage.delete(key)).rejects.toMatchObject({ code: 'storage-failed' })
  engine.allow('DeleteObject')
  expect(await process().delete(key)).toBe(false)
  engine.advance(16 * MINUTES)
  expect(await process().delete(key)).toBe(true)
  expect(objects()).toEqual([])
})

describe('a sweep of a bucket', () => {
  test('ends the deletion of a process that died in the middle', async () => {
    const storage = process()
    const key = newKey()
    await (await seal(storage, SMALL)).publish(key, RECORD)
    engine.refuse('DeleteObject', 'AccessDenied')
    await expect(storage.delete(key)).rejects.toMatchObject({ code: 'storage-failed' })
    engine.allow('DeleteObject')
    await process({ skewMs: 16 * MINUTES }).sweep()
    expect(objects()).toEqual([])
  })

  test('leaves the drafts and uploads of running requests, and removes those that were left', async () => {
    const dead = process()
    await seal(dead, LARGE)
    await seal(dead, LARGE, newKey())
    expect(await process({ skewMs: 23 * 60 * MINUTES }).sweep()).toBe(0)
    expect(await process({ skewMs: 25 * 60 * MINUTES }).sweep()).toBe(1)
    expect(await process({ skewMs: 6 * DAYS }).sweep()).toBe(0)
    expect(engine.bucket('bucket').uploads.size).toBe(1)
    expect(await process({ skewMs: 8 * DAYS }).sweep()).toBe(1)
    expect([objects(), engine.bucket('bucket').uploads.size]).toEqual([[], 0])
  })
})
