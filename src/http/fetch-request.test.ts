import { describe, expect, test } from 'vitest'
import type { ByteSource } from './byte-source.ts'
import { fromFetchRequest } from './fetch-request.ts'

const LIMITS = { maxBytes: 1000, maxMs: 30_000, idleMs: 30_000 }

function bodyOf(request: Request): ByteSource {
  const { body } = fromFetchRequest(request)
  if (body === undefined) throw new Error('The request has no body')
  return body
}

function post(body: ReadableStream<Uint8Array> | string, headers: Record<string, string> = {}): Request {
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, headers, duplex: 'half' }
  return new Request('http://localhost/a?b', init)
}

/** An endless body that counts its chunks, and notes if it is cancelled. */
function endless(chunkSize: number): {
  stream: ReadableStream<Uint8Array>
  asked: () => number
  cancelled: () => boolean
} {
  let asked = 0
  let cancelled = false
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        asked += 1
        controller.enqueue(new Uint8Array(chunkSize))
      },
      cancel() {
        cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, asked: () => asked, cancelled: () => cancelled }
}

/** A body that never sends a byte. */
function silent(): { stream: ReadableStream<Uint8Array>; cancelled: () => boolean } {
  let cancelled = false
  const stream = new ReadableStream<Uint8Array>({
    cancel() {
      cancelled = true
    },
  })
  return { stream, cancelled: () => cancelled }
}

describe('reading', () => {
  test('takes a chunk of any size, such as a whole file in memory', async () => {
    const size = 2 ** 31
    // Never written to, it takes no memory.
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(size))
        controller.close()
      },
    })
    let taken = 0
    await bodyOf(post(stream)).read(({ length }) => {
      taken += length
      return undefined
    })
    expect(taken).toBe(size)
  })

  test('asks for a chunk when the sink has taken the one before', async () => {
    const { stream, asked } = endless(10)
    const seen: number[] = []
    const failure = new Error('enough')
    const reading = bodyOf(post(stream)).read(async () => {
      seen.push(asked())
      await new Promise(setImmediate)
      if (seen.length === 5) throw failure
    })
    await expect(reading).rejects.toBe(failure)
    expect(seen).toEqual([1, 2, 3, 4, 5])
  })

  test('keeps no reference to any of many chunks', async () => {
    let alive = 0
    const registry = new FinalizationRegistry(() => {
      alive -= 1
    })
    const { setFlagsFromString } = await import('node:v8')
    const { runInNewContext } = await import('node:vm')
    setFlagsFromString('--expose-gc')
    const collect: unknown = runInNewContext('gc')
    if (typeof collect !== 'function') throw new Error('There is no collector')
    const { stream } = endless(1000)
    let left = 2000
    let most = 0
    const failure = new Error('enough')
    const reading = bodyOf(post(stream)).read((chunk) => {
      registry.register(chunk, undefined)
      alive += 1
      left -= 1
      if (left === 0) throw failure
      if (left % 500 !== 0) return undefined
      collect()
      return new Promise((resolve) => {
        setImmediate(() => {
          most = Math.max(most, alive)
          resolve()
        })
      })
    })
    await expect(reading).rejects.toBe(failure)
    expect(most).toBeLessThan(1000)
  })

  test('rejects if a body is shorter than declared, or breaks off', async () => {
    await expect(bodyOf(post('abc', { 'content-length': '4' })).read(() => undefined)).rejects.toMatchObject({
      code: 'truncated-body',
      details: { reason: '3 of 4 bytes arrived' },
    })
    const cause = new TypeError('terminated')
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(cause)
      },
    })
    await expect(bodyOf(post(broken)).read(() => undefined)).rejects.toMatchObject({ code: 'truncated-body', cause })
  })

  test('gives up a client that sends nothing', async () => {
    const reading = bodyOf(post(silent().stream)).read(() => undefined, { idleTimeoutMs: 20 })
    await expect(reading).rejects.toMatchObject({ code: 'request-timeout', details: { idleTimeoutMs: 20 } })
  })

  test('never times out while the sink is busy', async () => {
    let size = 0
    const slow = (chunk: Uint8Array): Promise<void> => {
      size += chunk.length
      return new Promise((resolve) => setTimeout(resolve, 60))
    }
    await bodyOf(post('abc')).read(slow, { idleTimeoutMs: 20 })
    expect(size).toBe(3)
  })

  test('ends when a signal aborts, even if no byte comes or the sink is busy', async () => {
    const reason = new Error('enough')
    for (const [request, sink] of [
      [post(silent().stream), () => undefined],
      [post('abc'), () => new Promise<void>(() => {})],
    ] as const) {
      const controller = new AbortController()
      const reading = bodyOf(request).read(sink, { signal: controller.signal })
      setImmediate(() => controller.abort(reason))
      // oxlint-disable-next-line no-await-in-loop
      await expect(reading).rejects.toBe(reason)
    }
  })
})

describe('draining', () => {
  test('reads a body within the limits to its end', async () => {
    const request = post('x'.repeat(1000))
    await bodyOf(request).drain(LIMITS)
    expect(request.bodyUsed).toBe(true)
  })

  test('cancels a body that exceeds the limits, without an error', async () => {
    const { stream, cancelled, asked } = endless(100)
    const body = bodyOf(post(stream))
    await body.drain(LIMITS)
    await body.drain(LIMITS)
    expect(cancelled()).toBe(true)
    expect(asked()).toBeLessThanOrEqual(12)
  })

  test.each([
    ['silence', { ...LIMITS, idleMs: 1 }],
    ['time', { ...LIMITS, maxMs: 1 }],
  ])('cancels it after too much %s', async (_, limits) => {
    const { stream, cancelled } = silent()
    await bodyOf(post(stream)).drain(limits)
    expect(cancelled()).toBe(true)
  })

  test('leaves a body alone that other code reads, without an error', async () => {
    const request = post('abc')
    const reader = request.body?.getReader()
    await bodyOf(request).drain(LIMITS)
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('abc')
    const used = post('abc')
    await used.text()
    await bodyOf(used).drain(LIMITS)
  })
})

test('a body is unread until its first chunk is asked for', async () => {
  const request = post('abc')
  const body = bodyOf(request)
  expect([body.unread, body.fullDuplex, body.length]).toEqual([true, false, undefined])
  await body.read(() => undefined)
  expect(body.unread).toBe(false)
  expect(bodyOf(request).unread).toBe(false)
})
