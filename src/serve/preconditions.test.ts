import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { deleteOnCondition } from './preconditions.ts'

async function store(storage: Storage, text: string): Promise<string> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(text))
  return (await (await draft.seal()).publish('key'))?.version ?? ''
}

/** A storage in which another client replaces the file as soon as its version was looked at. */
function racing(storage: Storage, times: number): Storage {
  let left = times
  return {
    ...storage,
    async stat(key) {
      const entry = await storage.stat(key)
      if (left-- > 0) {
        await storage.delete(key)
        await store(storage, `another ${left}`)
      }
      return entry
    },
  }
}

function request(headers: Record<string, string>): { method: string; header(name: string): string | undefined } {
  return { method: 'DELETE', header: (name) => headers[name] }
}

describe('a DELETE with a condition', () => {
  test('deletes no file that has replaced the version that the client named', async () => {
    const storage = memoryStorage()
    const version = await store(storage, 'seen')
    const deleted = deleteOnCondition(request({ 'if-match': `"${version}"` }), racing(storage, 1), 'key')
    await expect(deleted).rejects.toMatchObject({ code: 'precondition-failed' })
    expect((await storage.stat('key'))?.size).toBe('another 0'.length)
  })

  test('goes on to the next version if that also fits the condition, and gives up after some tries', async () => {
    const storage = memoryStorage()
    await store(storage, 'seen')
    const condition = request({ 'if-none-match': '"other"' })
    expect(await deleteOnCondition(condition, racing(storage, 3), 'key')).toBe(true)
    await store(storage, 'seen')
    await expect(deleteOnCondition(condition, racing(storage, Infinity), 'key')).rejects.toMatchObject({
      code: 'precondition-failed',
    })
  })

  test('deletes no file that was stored after the condition was evaluated', async () => {
    const storage = memoryStorage()
    expect(await deleteOnCondition(request({ 'if-match': '*' }), racing(storage, 1), 'key')).toBe(false)
    expect(await storage.stat('key')).toBeDefined()
  })
})
