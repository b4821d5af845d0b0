import { expect, test, vi } from 'vitest'
import type { RequestHandler } from '../../http/outgoing.ts'
import { uploadSet } from '../../policy/upload-set.ts'
import { memoryStorage } from '../../storage/memory/memory-storage.ts'
import { fetchHandler } from './fetch-handler.ts'
import { fileResponse } from './file-response.ts'

const mistake = new Error('the password is 1234')

test('a request that the handler does not answer is 404, and an error is 500, with its details for us alone', async () => {
  const told: unknown[] = []
  const onError = (error: unknown): number => told.push(error)
  const handlers: [RequestHandler, number][] = [
    [{ handle: async () => undefined }, 404],
    [{ handle: () => Promise.reject(mistake) }, 500],
    [{ handle: async () => ({ status: 200, headers: { a: 'a\r\nb: c' } }) }, 500],
  ]
  for (const [handler, status] of handlers) {
    const request = new Request('http://x/', { method: 'POST', body: 'hello' })
    const response = await fetchHandler(handler, { onError })(request)
    const text = await response.text()
    expect([response.status, JSON.parse(text).status]).toEqual([status, status])
    expect(text).not.toContain('1234')
    // The body stays unread otherwise, and a client may be waiting to have sent it.
    expect(request.bodyUsed).toBe(true)
  }
  expect(told).toEqual([mistake, expect.any(TypeError)])
})

test('a body behind a header that HTTP does not allow is closed', async () => {
  let closed = 0
  const end = async () => ({ done: true as const, value: undefined })
  const body = {
    [Symbol.asyncIterator]: () => ({
      next: end,
      return: () => {
        closed += 1
        return end()
      },
    }),
  }
  const handler: RequestHandler = { handle: async () => ({ status: 200, headers: { a: 'a\nb' }, body }) }
  expect((await fetchHandler(handler)(new Request('http://x/'))).status).toBe(500)
  expect(closed).toBe(1)
})

test('one file is sent by fileResponse', async () => {
  const set = uploadSet('photos', { storage: memoryStorage() })
  await set.save(new File(['hello'], 'a.txt'))
  expect(await (await fileResponse(new Request('http://x/'), set.storage, 'a.txt')).text()).toBe('hello')
  await expect(fileResponse(new Request('http://x/'), set.storage, '../a.txt')).rejects.toMatchObject({
    code: 'not-found',
  })
})

test('each request is answered without a setImmediate, as in tests that imitate a browser', async () => {
  vi.resetModules()
  vi.stubGlobal('setImmediate', undefined)
  const imitated = await import('./fetch-handler.ts')
  vi.unstubAllGlobals()
  const listener = imitated.fetchHandler({ handle: async () => ({ status: 200, headers: {}, body: 'hello' }) })
  for (let time = 0; time < 2; time++) expect(await (await listener(new Request('http://x/'))).text()).toBe('hello')
})

test('the address of a client is what the runtime says', async () => {
  const told: unknown[] = []
  const handler: RequestHandler = {
    async handle(incoming) {
      told.push(incoming.clientAddress)
      return undefined
    },
  }
  await fetchHandler(handler, { clientAddress: ({ url }) => url.slice(-1) })(new Request('http://x/1'))
  await fetchHandler(handler)(new Request('http://x/1'))
  expect(told).toEqual(['1', undefined])
})
