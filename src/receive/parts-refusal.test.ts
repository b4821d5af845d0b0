import { describe, expect, test, vi } from 'vitest'
import { collect } from './fixtures/collect.ts'
import { file, formBody, formRequest, rawRequest, someBytes } from './fixtures/form-body.ts'
import { LIMIT_CASES } from './fixtures/limit-cases.ts'
import { account, chunkedRequest, FORM, TOLD } from './fixtures/part-account.ts'
import type { Part } from './part.ts'
import { parts } from './parts.ts'
import { receive } from './receive.ts'

const MULTIPART = 'multipart/form-data; boundary=X'

describe('a loop that is left', () => {
  test.each(['break', 'throw'])('by %s reads the rest of the body, so that the client gets its answer', async (how) => {
    const { bytes, contentType } = await formBody([file('a', 'a', 100_000), file('b', 'b', 100_000)])
    const chunks = Array.from({ length: 21 }, (_, index) => bytes.subarray(index * 10_000, (index + 1) * 10_000))
    let taken = 0
    const request = chunkedRequest(chunks, contentType, (count) => {
      taken = count
    })
    const leave = async (): Promise<void> => {
      for await (const part of parts(request)) {
        if (how === 'throw') throw new Error(part.field)
        break
      }
    }
    if (how === 'throw') await expect(leave()).rejects.toThrow('a')
    else await leave()
    expect(taken).toBe(21)
  })

  test('leaves no part that could be read', async () => {
    const request = await formRequest([file('a', 'a', 100_000)])
    let left: Part | undefined
    for await (const part of parts(request)) {
      left = part
      break
    }
    await expect(left?.bytes()).rejects.toThrow('The part "a" is gone')
    expect(() => left?.stream()).toThrow('The part "a" is gone')
  })
})

describe('a form that is refused', () => {
  test('in the middle of a part rejects what reads it and the loop, with one error', async () => {
    const { bytes, contentType } = await formBody([file('a', 'a', 100_000)])
    const loop = parts(rawRequest(bytes.subarray(0, 70_000), contentType))[Symbol.asyncIterator]()
    const { value } = await loop.next()
    const error: unknown = await value?.bytes().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'truncated-body' })
    await expect(loop.next()).rejects.toBe(error)
    expect(await loop.next()).toEqual({ done: true, value: undefined })
  })

  test('rejects the stream that is being read', async () => {
    const { bytes, contentType } = await formBody([file('a', 'a', 100_000)])
    const leave = async (): Promise<void> => {
      for await (const part of parts(rawRequest(bytes.subarray(0, 70_000), contentType))) await collect(part.stream())
    }
    await expect(leave()).rejects.toMatchObject({ code: 'truncated-body' })
  })

  test.each(LIMIT_CASES)('for $limit with $code, read or not', async ({ options, refused, code, details }) => {
    const { bytes, contentType } = await formBody(refused)
    const readAll = async (isRead: boolean): Promise<void> => {
      for await (const part of parts(rawRequest(bytes, contentType), options)) if (isRead) await part.bytes()
    }
    await expect(readAll(true)).rejects.toMatchObject({ code, details, status: 413 })
    await expect(readAll(false)).rejects.toMatchObject({ code, details, status: 413 })
  })

  test.each(LIMIT_CASES)('is not one of exactly $limit', async ({ options, taken }) => {
    const { bytes, contentType } = await formBody(taken)
    expect(await account(rawRequest(bytes, contentType), options)).toHaveLength(taken.length)
  })

  test.each([{ chunked: false }, { chunked: true }])('for its size, to the byte (%j)', async (how) => {
    const { bytes, contentType } = FORM
    expect(await account(rawRequest(bytes, contentType, how), { maxBodySize: bytes.length })).toEqual(TOLD)
    const told = await account(rawRequest(bytes, contentType, how), { maxBodySize: bytes.length - 1 })
    expect(told.at(-1)).toEqual(['body-too-large', expect.any(String)])
  })

  test('for a wrong digest rejects after its last byte', async () => {
    const request = rawRequest(FORM.bytes, FORM.contentType)
    request.headers.set('content-digest', `sha-256=:${Buffer.alloc(32).toString('base64')}:`)
    expect(await account(request)).toEqual([...TOLD, ['digest-mismatch', expect.any(String)]])
  })

  test.each(['application/x-www-form-urlencoded', 'text/plain', undefined])(
    'for its type, %s, is told the right one',
    async (contentType) => {
      const request = rawRequest('a=1', undefined)
      if (contentType !== undefined) request.headers.set('content-type', contentType)
      const loop = parts(request)[Symbol.asyncIterator]()
      await expect(loop.next()).rejects.toMatchObject({
        code: 'unsupported-media-type',
        status: 415,
        details: { hint: expect.stringContaining('enctype="multipart/form-data"') },
      })
      expect(request.bodyUsed).toBe(true)
    },
  )

  test('for another type rejects as `receive` does', async () => {
    const refusal = await receive(rawRequest('{}', 'application/json')).catch((error: unknown) => error)
    const loop = parts(rawRequest('{}', 'application/json'))[Symbol.asyncIterator]()
    await expect(loop.next()).rejects.toEqual(refusal)
    expect(refusal).toMatchObject({ status: 415 })
  })

  test('because it has no body rejects', async () => {
    const request = new Request('http://localhost', { method: 'POST', headers: { 'content-type': MULTIPART } })
    expect(await account(request)).toEqual([['malformed-body', expect.any(String)]])
  })
})

describe('misuse is a TypeError:', () => {
  test('a second loop', async () => {
    const all = parts(await formRequest([{ name: 'a', value: '' }]))
    for await (const part of all) expect(part.field).toBe('a')
    expect(() => all[Symbol.asyncIterator]()).toThrow('The parts of a request can be looped over once')
  })

  test('a second loop over the same request, which leaves the first alone', async () => {
    const request = await formRequest([file('a', 'a', 200_000)])
    for await (const part of parts(request)) {
      await expect(parts(request)[Symbol.asyncIterator]().next()).rejects.toThrow(TypeError)
      expect(await part.bytes()).toEqual(someBytes(200_000))
    }
  })

  test('a body that was read before', async () => {
    const request = await formRequest([{ name: 'a', value: '' }])
    await request.formData()
    await expect(parts(request)[Symbol.asyncIterator]().next()).rejects.toThrow(/has been read already/)
  })

  test('a limit that is not valid', async () => {
    const request = await formRequest([])
    for (const name of ['maxFileSize', 'maxBodySize', 'maxFields', 'idleTimeoutMs']) {
      expect(() => parts(request, { [name]: Number.NaN })).toThrow(TypeError)
    }
  })

  test('a value that is not a request', () => {
    expect(() => parts(JSON.parse('{"body":""}'))).toThrow(/neither a Fetch Request nor a Node IncomingMessage/)
  })
})

describe('a signal', () => {
  test('that has aborted already rejects the loop, and the body is read past', async () => {
    const request = rawRequest(FORM.bytes, FORM.contentType)
    const reason = new Error('enough')
    expect(await account(request, { signal: AbortSignal.abort(reason) })).toEqual([reason])
    expect(request.bodyUsed).toBe(true)
  })

  test('rejects the next read of a part, and the loop', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const { bytes, contentType } = await formBody([file('a', 'a', 300)])
    const request = chunkedRequest([bytes.subarray(0, 200), bytes.subarray(200)], contentType)
    const loop = parts(request, { signal: controller.signal })[Symbol.asyncIterator]()
    const { value } = await loop.next()
    controller.abort(reason)
    await expect(value?.bytes()).rejects.toBe(reason)
    await expect(loop.next()).rejects.toBe(reason)
  })
})

describe('the idle time-out', () => {
  const silentRequest = async (): Promise<Request> => {
    const { bytes, contentType } = await formBody([file('a', 'a', 300)])
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes.subarray(0, 200)) })
    const headers = { 'content-type': contentType }
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
    return new Request('http://localhost', init)
  }

  test('runs while a byte is awaited, and not while the reader is busy', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    try {
      const loop = parts(await silentRequest(), { idleTimeoutMs: 1000 })[Symbol.asyncIterator]()
      const { value } = await loop.next()
      await vi.advanceTimersByTimeAsync(3_600_000)
      const reader = value?.stream().getReader()
      expect((await reader?.read())?.value?.length).toBeGreaterThan(0)
      await vi.advanceTimersByTimeAsync(3_600_000)
      const outcomes: unknown[] = []
      const note = (error: unknown): unknown => outcomes.push(error)
      reader?.read().catch(note)
      await vi.advanceTimersByTimeAsync(999)
      expect(outcomes).toEqual([])
      await vi.advanceTimersByTimeAsync(1)
      expect(outcomes).toMatchObject([{ code: 'request-timeout' }])
      loop.next().catch(note)
      // The wait for the rest of the body has the limits of any refusal.
      await vi.advanceTimersByTimeAsync(30_000)
      expect(outcomes).toEqual([outcomes[0], outcomes[0]])
    } finally {
      vi.useRealTimers()
    }
  })
})
