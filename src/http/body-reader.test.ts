import { expect, test } from 'vitest'
import { BodyReader } from './body-reader.ts'
import type { ByteSource } from './byte-source.ts'
import { fromFetchRequest } from './fetch-request.ts'

interface Streamed {
  readonly body: ByteSource
  /** How many chunks have been taken from the stream so far. */
  readonly taken: () => number
}

/** A body of chunks of one byte: 0, 1, 2, ... `size` is announced, and `count` come. */
function streamed(count: number, size: number = count, onEnd: 'close' | 'error' | 'wait' = 'close'): Streamed {
  let taken = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (taken < count) {
          controller.enqueue(Uint8Array.of(taken))
          taken += 1
        } else if (onEnd === 'close') controller.close()
        else if (onEnd === 'error') controller.error(new TypeError('terminated'))
        else await new Promise(() => {})
      },
    },
    { highWaterMark: 0 },
  )
  const headers = { 'content-length': String(size) }
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body: stream, duplex: 'half' }
  const { body } = fromFetchRequest(new Request('http://localhost', init))
  if (body === undefined) throw new Error('The request has no body')
  return { body, taken: () => taken }
}

/** Gives a body enough turns of the event loop to read on. */
async function turns(): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop
  for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate)
}

test('chunks come one by one, and then no more', async () => {
  const { body } = streamed(3)
  const reader = new BodyReader(body)
  const chunks: unknown[] = []
  // oxlint-disable-next-line no-await-in-loop
  for (let turn = 0; turn < 5; turn += 1) chunks.push(await reader.next())
  expect(chunks).toEqual([Uint8Array.of(0), Uint8Array.of(1), Uint8Array.of(2), undefined, undefined])
})

test('the body is read only when the next chunk is asked for', async () => {
  const { body, taken } = streamed(10)
  const reader = new BodyReader(body)
  await turns()
  expect(taken()).toBe(0)
  await reader.next()
  await turns()
  expect(taken()).toBe(1)
  await reader.next()
  await turns()
  expect(taken()).toBe(2)
})

test.each(['close', 'error'] as const)('a body that is cut short (%s) rejects, and again each time', async (onEnd) => {
  const reader = new BodyReader(streamed(1, 2, onEnd).body)
  await reader.next()
  await expect(reader.next()).rejects.toMatchObject({ code: 'truncated-body' })
  await expect(reader.next()).rejects.toMatchObject({ code: 'truncated-body' })
})

test('a stopped reader rejects the awaited chunk with the reason, and the rest can be drained', async () => {
  const { body, taken } = streamed(5)
  const reader = new BodyReader(body)
  await reader.next()
  const reason = new Error('enough')
  await reader.stop(reason)
  await expect(reader.next()).rejects.toBe(reason)
  await body.drain()
  expect(taken()).toBe(5)

  const silent = new BodyReader(streamed(0, 1, 'wait').body)
  const asked = silent.next().catch((error: unknown) => error)
  await silent.stop(reason)
  expect(await asked).toBe(reason)
})

test('a reader that is stopped before its first chunk leaves the body unread', async () => {
  const { body, taken } = streamed(5)
  const reader = new BodyReader(body)
  await reader.stop(new Error('enough'))
  expect([body.unread, taken()]).toEqual([true, 0])
})

test('a signal rejects the awaited chunk with its reason', async () => {
  const controller = new AbortController()
  const reader = new BodyReader(streamed(1, 2, 'wait').body, { signal: controller.signal })
  await reader.next()
  const asked = reader.next()
  const reason = new Error('enough')
  controller.abort(reason)
  await expect(asked).rejects.toBe(reason)
})

test('a body that was read before is a TypeError', async () => {
  const { body } = streamed(1)
  await body.read(() => undefined)
  await expect(new BodyReader(body).next()).rejects.toThrow(TypeError)
})
