import { describe, expect, test, vi } from 'vitest'
import { memorySet, read } from '../policy/fixtures/sets.ts'
import { collect } from './fixtures/collect.ts'
import { file, formBody, formRequest, rawRequest, someBytes } from './fixtures/form-body.ts'
import { LIMIT_CASES } from './fixtures/limit-cases.ts'
import type { ArrivingFile, Part } from './part.ts'
import { parts } from './parts.ts'
import type { PartsOptions } from './parts.ts'
import { receive } from './receive.ts'

const MULTIPART = 'multipart/form-data; boundary=X'

/** A request whose body comes in these chunks, each when it is asked for; `onChunk` is told how many were. */
function chunkedRequest(
  chunks: readonly Uint8Array[],
  contentType: string,
  onChunk: (count: number) => void = () => {},
): Request {
  let count = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[count]
        if (chunk === undefined) {
          controller.close()
          return
        }
        count += 1
        // The stream takes the memory over, so each gets its own.
        controller.enqueue(chunk.slice())
        onChunk(count)
      },
    },
    { highWaterMark: 0 },
  )
  const headers = { 'content-type': contentType }
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
  return new Request('http://localhost/upload', init)
}

/** A part, read, as plain data. */
async function summary(part: Part): Promise<unknown[]> {
  if (part.kind === 'field') return ['field', part.field, await part.text()]
  return ['file', part.field, part.name, part.type, Buffer.from(await part.bytes()).toString('base64')]
}

/** All that is told of a form: its parts, and what the loop ends with. */
async function account(request: Request, options?: PartsOptions): Promise<unknown[]> {
  const told: unknown[] = []
  try {
    for await (const part of parts(request, options)) told.push(await summary(part))
  } catch (error) {
    told.push(error instanceof Error && 'code' in error ? [error.code, error.message] : error)
  }
  return told
}

function isFile(part: Part): part is ArrivingFile {
  return part.kind === 'file'
}

const FORM = await formBody([
  { name: 'title', value: 'Über' },
  file('photo', '../é "1".PNG', 'one', 'Image/PNG; x=1'),
  { name: 'title', value: '' },
  file('empty', '', ''),
  file('photo', 'two.bin', '\r\n--X'),
])
const TOLD = [
  ['field', 'title', 'Über'],
  ['file', 'photo', '../é "1".PNG', 'image/png', 'b25l'],
  ['field', 'title', ''],
  ['file', 'empty', '', 'application/octet-stream', ''],
  ['file', 'photo', 'two.bin', 'application/octet-stream', 'DQotLVg='],
]

describe('the parts of a form', () => {
  test('come in order of arrival, each with its field, and a file with the name and type that the client gave', async () => {
    expect(await account(rawRequest(FORM.bytes, FORM.contentType))).toEqual(TOLD)
  })

  test('are the same wherever the body is cut', async () => {
    for (let at = 0; at <= FORM.bytes.length; at += 1) {
      const chunks = [FORM.bytes.subarray(0, at), FORM.bytes.subarray(at)]
      // oxlint-disable-next-line no-await-in-loop
      expect(await account(chunkedRequest(chunks, FORM.contentType)), `cut at ${at}`).toEqual(TOLD)
    }
    const bytes = Array.from(FORM.bytes, (byte) => Uint8Array.of(byte))
    expect(await account(chunkedRequest(bytes, FORM.contentType))).toEqual(TOLD)
  })

  test('before what is malformed are the same wherever the body is cut, and then the loop rejects', async () => {
    const body = Buffer.from(
      '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' +
        '--X\r\nContent-Disposition: form-data; name="b"; filename="b"\r\n\r\n2\r\n--X\r\nno header\r\n\r\n',
    )
    const expected = [
      ['field', 'a', '1'],
      ['file', 'b', 'b', 'application/octet-stream', 'Mg=='],
      ['malformed-body', expect.stringContaining('no colon')],
    ]
    for (let at = 0; at <= body.length; at += 1) {
      const chunks = [body.subarray(0, at), body.subarray(at)]
      // oxlint-disable-next-line no-await-in-loop
      expect(await account(chunkedRequest(chunks, MULTIPART)), `cut at ${at}`).toEqual(expected)
    }
  })

  test('have their headers', async () => {
    const body = '--X\r\nContent-Disposition: form-data; name="a"\r\nX-Own: 1\r\nx-own: 2\r\n\r\n\r\n--X--\r\n'
    for await (const part of parts(rawRequest(body, MULTIPART))) {
      expect(Object.fromEntries(part.headers)).toEqual({
        'content-disposition': 'form-data; name="a"',
        'x-own': '1, 2',
      })
    }
  })

  test('are none where the form has none', async () => {
    expect(await account(rawRequest('--X--\r\n', MULTIPART))).toEqual([])
  })

  test('are read by the charset that a field before them named, wherever the body is cut', async () => {
    const field = (name: string, value: string) =>
      `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const text = field('a', '\xfc') + field('_charset_', 'shift_jis') + field('b', '\x93\xfa\x96\x7b') + '--X--\r\n'
    const body = Buffer.from(text, 'latin1')
    const expected = [
      // Nothing was said yet, and it is no UTF-8.
      ['field', 'a', 'ü'],
      ['field', '_charset_', 'shift_jis'],
      ['field', 'b', '日本'],
    ]
    for (let at = 0; at <= body.length; at += 1) {
      const chunks = [body.subarray(0, at), body.subarray(at)]
      // oxlint-disable-next-line no-await-in-loop
      expect(await account(chunkedRequest(chunks, MULTIPART)), `cut at ${at}`).toEqual(expected)
    }
  })
})

describe('a part', () => {
  test('that nobody reads is read past', async () => {
    const request = await formRequest([file('a', 'a', 500_000), { name: 'b', value: 'b' }, file('c', 'c', 500_000)])
    const fields: string[] = []
    for await (const part of parts(request)) fields.push(part.field)
    expect(fields).toEqual(['a', 'b', 'c'])
  })

  test.each(['the loop goes on', 'its reader stops'])('that is read in part is read past when %s', async (when) => {
    const request = await formRequest([file('a', 'a', 500_000), { name: 'b', value: 'b' }])
    const told: unknown[] = []
    for await (const part of parts(request)) {
      if (part.kind === 'field') {
        told.push(await part.text())
      } else if (when === 'its reader stops') {
        for await (const chunk of part.stream()) {
          told.push(chunk.length > 0)
          break
        }
      } else {
        told.push(((await part.stream().getReader().read()).value?.length ?? 0) > 0)
      }
    }
    expect(told).toEqual([true, 'b'])
  })

  test('can be read once', async () => {
    const request = await formRequest([file('a', 'a', 10)])
    for await (const part of parts(request)) {
      await part.bytes()
      expect(() => part.stream()).toThrow(TypeError)
      await expect(part.text()).rejects.toThrow('The part "a" has been read already: it can be read once.')
    }
  })

  test('can be read by one reader at a time', async () => {
    const request = await formRequest([file('a', 'a', 200_000)])
    for await (const part of parts(request)) {
      const first = part.bytes()
      await expect(part.bytes()).rejects.toThrow(TypeError)
      expect(await first).toEqual(someBytes(200_000))
    }
  })

  test('cannot be read any more when the loop has gone on, or has ended', async () => {
    const request = await formRequest([file('a', 'a', 200_000), file('b', 'b', 10)])
    const kept: Part[] = []
    let stream: ReadableStream<Uint8Array> | undefined
    for await (const part of parts(request)) {
      stream ??= part.stream()
      kept.push(part)
      if (part.field === 'a') continue
      await expect(collect(stream)).rejects.toThrow('The part "a" is gone: read a part, and await that, before')
    }
    expect(kept).toHaveLength(2)
    expect(() => kept[1]?.stream()).toThrow(TypeError)
    await expect(kept[1]?.bytes()).rejects.toThrow('The part "b" is gone')
  })

  test('that is still being read when the loop goes on rejects, and the loop goes on', async () => {
    const form = await formBody([file('a', 'a', 200_000), { name: 'b', value: 'b' }])
    const half = [form.bytes.subarray(0, 100_000), form.bytes.subarray(100_000)]
    const loop = parts(chunkedRequest(half, form.contentType))[Symbol.asyncIterator]()
    const { value } = await loop.next()
    const reading = expect(value?.bytes()).rejects.toThrow(TypeError)
    const next = await loop.next()
    await reading
    expect(await next.value?.text()).toBe('b')
    expect(await loop.next()).toEqual({ done: true, value: undefined })
  })

  test('takes no more bytes than its reader said, and the loop can go on', async () => {
    const told: unknown[] = []
    for await (const part of parts(rawRequest(FORM.bytes, FORM.contentType))) {
      told.push(
        await part.bytes(3).then(
          ({ length }) => length,
          (error: unknown) => error,
        ),
      )
    }
    expect(told).toMatchObject([
      { code: 'field-too-large', details: { limit: 3, field: 'title' } },
      3,
      0,
      0,
      { code: 'file-too-large', details: { limit: 3, filename: 'two.bin', field: 'photo' } },
    ])
    for await (const part of parts(rawRequest(FORM.bytes, FORM.contentType))) {
      await expect(part.text(Number.NaN)).rejects.toThrow(TypeError)
    }
  })

  test('of a charset that nobody knows cannot be read as text, but as bytes', async () => {
    const body =
      '--X\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=klingon\r\n\r\n1\r\n--X--\r\n'
    for await (const part of parts(rawRequest(body, MULTIPART))) {
      await expect(part.text()).rejects.toMatchObject({ code: 'malformed-body' })
    }
    for await (const part of parts(rawRequest(body, MULTIPART))) expect(await part.bytes()).toEqual(Uint8Array.of(0x31))
  })
})

test('bytes stay what they were, whatever a reader does with those before', async () => {
  const form = await formBody([file('a', 'a', 300), file('b', 'b', 300), file('c', 'c', 300_000)])
  const request = chunkedRequest([form.bytes.subarray(0, 500), form.bytes.subarray(500)], form.contentType)
  const sizes: Record<string, number> = {}
  for await (const part of parts(request)) {
    const kept: Uint8Array[] = []
    for await (const chunk of part.stream()) {
      kept.push(new Uint8Array(structuredClone(chunk, { transfer: [chunk.buffer] })))
      expect(chunk.length).toBe(0)
    }
    const bytes = Buffer.concat(kept)
    sizes[part.field] = bytes.length
    expect(new Uint8Array(bytes)).toEqual(someBytes(bytes.length))
  }
  expect(sizes).toEqual({ a: 300, b: 300, c: 300_000 })
})

test('only what is asked for is read: a reader that waits makes the client wait', async () => {
  const { bytes, contentType } = await formBody([file('a', 'a', 1_000_000), file('b', 'b', 10)])
  const chunks = Array.from({ length: 100 }, (_, index) => bytes.subarray(index * 10_100, (index + 1) * 10_100))
  let taken = 0
  const request = chunkedRequest(chunks, contentType, (count) => {
    taken = count
  })
  const loop = parts(request)
  expect(taken).toBe(0)
  for await (const part of loop) {
    if (part.field === 'b') continue
    let size = 0
    for await (const chunk of part.stream()) {
      size += chunk.length
      // oxlint-disable-next-line no-await-in-loop
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
      expect(taken).toBe(Math.ceil(size / 10_100))
    }
  }
})

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
    await expect(left?.bytes()).rejects.toThrow(TypeError)
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

  test.each(LIMIT_CASES)('is not the one that just keeps $limit', async ({ options, taken }) => {
    const { bytes, contentType } = await formBody(taken)
    expect(await account(rawRequest(bytes, contentType), options)).toHaveLength(taken.length)
  })

  test.each([{ chunked: false }, { chunked: true }])('for its size, to the byte (%j)', async (how) => {
    const { bytes, contentType } = FORM
    expect(await account(rawRequest(bytes, contentType, how), { maxBodySize: bytes.length })).toEqual(TOLD)
    const told = await account(rawRequest(bytes, contentType, how), { maxBodySize: bytes.length - 1 })
    expect(told.at(-1)).toEqual(['body-too-large', expect.any(String)])
  })

  test('for a digest that is not its own is so when it has come', async () => {
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

  test('for another type is refused as by `receive`', async () => {
    const refusal = await receive(rawRequest('{}', 'application/json')).catch((error: unknown) => error)
    const loop = parts(rawRequest('{}', 'application/json'))[Symbol.asyncIterator]()
    await expect(loop.next()).rejects.toEqual(refusal)
    expect(refusal).toMatchObject({ status: 415 })
  })

  test('for having no body', async () => {
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

  test('a limit that is none', async () => {
    const request = await formRequest([])
    for (const name of ['maxFileSize', 'maxBodySize', 'maxFields', 'idleTimeoutMs']) {
      expect(() => parts(request, { [name]: Number.NaN })).toThrow(TypeError)
    }
  })

  test('something that is no request', () => {
    expect(() => parts(JSON.parse('{"body":""}'))).toThrow(/neither a Fetch Request nor a Node IncomingMessage/)
  })
})

describe('an upload set', () => {
  test('saves a part as it is, under its policy', async () => {
    const set = memorySet({ extensions: ['txt'] })
    const keys: string[] = []
    const request = await formRequest([file('a', 'A b.txt', 100_000, 'text/plain'), file('b', 'b.txt', 'b')])
    for await (const part of parts(request)) {
      if (part.kind === 'file') keys.push((await set.save(part)).key)
    }
    expect(keys).toHaveLength(2)
    expect(await read(set, keys[0] ?? '')).toEqual(someBytes(100_000))
  })

  test('that refuses a part leaves nothing, and the loop can go on', async () => {
    const set = memorySet({ maxFileSize: 1000 })
    const request = await formRequest([file('a', 'a.txt', 100_000), file('b', '', ''), file('c', 'c.txt', 'c')])
    const told: unknown[] = []
    for await (const part of parts(request)) {
      if (isFile(part)) told.push(await set.save(part).catch((error: unknown) => error))
    }
    expect(told).toMatchObject([{ code: 'file-too-large' }, { code: 'no-file-selected' }, { name: 'c.txt' }])
    expect((await set.list()).files).toHaveLength(1)
  })

  test('keeps nothing of a part that never came to its end', async () => {
    const set = memorySet()
    const { bytes, contentType } = await formBody([file('a', 'a.txt', 100_000)])
    const save = async (): Promise<void> => {
      for await (const part of parts(rawRequest(bytes.subarray(0, 70_000), contentType))) {
        if (part.kind === 'file') await set.save(part)
      }
    }
    await expect(save()).rejects.toMatchObject({ code: 'truncated-body' })
    expect((await set.list()).files).toEqual([])
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
    const request = chunkedRequest([bytes.subarray(0, 100), bytes.subarray(100)], contentType)
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

  test('runs while a byte is awaited, and not while the reader takes its time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    try {
      const loop = parts(await silentRequest(), { idleTimeoutMs: 1000 })[Symbol.asyncIterator]()
      const { value } = await loop.next()
      await vi.advanceTimersByTimeAsync(3_600_000)
      const reader = value?.stream().getReader()
      expect((await reader?.read())?.value?.length).toBeGreaterThan(0)
      await vi.advanceTimersByTimeAsync(3_600_000)
      const outcome = expect(reader?.read()).rejects.toMatchObject({ code: 'request-timeout' })
      await vi.advanceTimersByTimeAsync(999)
      await vi.advanceTimersByTimeAsync(1)
      await outcome
      const rest = expect(loop.next()).rejects.toMatchObject({ code: 'request-timeout' })
      // Its body is given up after so long without a byte.
      await vi.advanceTimersByTimeAsync(30_000)
      await rest
    } finally {
      vi.useRealTimers()
    }
  })
})
