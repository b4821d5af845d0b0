import { describe, expect, test } from 'vitest'
import { storageContract } from '../../testing/storage-contract.ts'
import { memoryStorage } from './memory-storage.ts'

const RECORD = { filename: 'a', type: 'text/plain' }

describe('a memory storage', () => {
  for (const { name, run } of storageContract(() => memoryStorage())) test(name, run)

  test('refuses bytes beyond `maxSize`, and frees the room of a draft that failed', async () => {
    const storage = memoryStorage({ maxSize: 100 })
    const kept = storage.createDraft()
    expect(kept.append(new Uint8Array(60))).toBeUndefined()
    const draft = storage.createDraft()
    expect(draft.append(new Uint8Array(40))).toBeUndefined()
    expect(await storage.freeSpace()).toBe(0)
    const full = { code: 'storage-full', status: 507 }
    await expect(draft.append(new Uint8Array(1))).rejects.toMatchObject(full)
    await expect(draft.flush()).rejects.toMatchObject(full)
    await expect(draft.seal()).rejects.toMatchObject(full)
    expect(await storage.freeSpace()).toBe(40)
    await draft.discard()
    expect(await storage.freeSpace()).toBe(40)
    expect(await (await kept.seal()).publish('kept', RECORD)).toMatchObject({ size: 60 })
    await storage.delete('kept')
    expect(await storage.freeSpace()).toBe(100)
  })

  test('frees room when a draft is truncated, discarded or swept', async () => {
    const storage = memoryStorage({ maxSize: 100 })
    const draft = storage.createDraft()
    void draft.append(new Uint8Array(100))
    await draft.truncate(30)
    expect(await storage.freeSpace()).toBe(70)
    await draft.discard()
    expect(await storage.freeSpace()).toBe(100)
    void storage.createDraft({ expiresAt: new Date(0) }).append(new Uint8Array(50))
    expect(await storage.sweep()).toBe(1)
    expect(await storage.freeSpace()).toBe(100)
  })

  test('copies the bytes that it gets, and gives copies to readers', async () => {
    const storage = memoryStorage()
    const bytes = new Uint8Array([1, 2, 3])
    const draft = storage.createDraft()
    void draft.append(bytes)
    bytes.fill(0)
    await (await draft.seal()).publish('copy', RECORD)
    for (let time = 0; time < 2; time++) {
      for await (const chunk of (await storage.open('copy'))?.stream() ?? []) {
        expect([...chunk]).toEqual([1, 2, 3])
        chunk.fill(9)
      }
    }
  })
})

test('a memory storage counts bytes once that two files share, and frees them with the last', async () => {
  const storage = memoryStorage({ maxSize: 10 })
  const draft = storage.createDraft()
  await draft.append(new Uint8Array(10))
  const entry = await (await draft.seal()).publish('a')
  const open = await storage.open('a')
  const version = entry?.version ?? ''
  const [first, second] = [await storage.draftOf('a', version), await storage.draftOf('a', version)]
  expect(await first?.publish('b')).toMatchObject({ size: 10 })
  expect(await storage.freeSpace()).toBe(0)
  await storage.delete('a')
  await storage.delete('b')
  expect(await storage.freeSpace()).toBe(0)
  await second?.discard()
  await second?.discard()
  expect(await storage.freeSpace()).toBe(10)
  const chunks: Uint8Array[] = []
  for await (const chunk of open?.stream() ?? []) chunks.push(chunk)
  expect(Buffer.concat(chunks)).toHaveLength(10)
})
