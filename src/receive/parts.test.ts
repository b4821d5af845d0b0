import { describe, expect, test } from 'vitest'
import { memorySet, read } from '../policy/fixtures/sets.ts'
import { collect } from './fixtures/collect.ts'
import { file, formBody, formRequest, rawRequest, someBytes } from './fixtures/form-body.ts'
import { account, chunkedRequest, FORM, TOLD } from './fixtures/part-account.ts'
import type { Part } from './part.ts'
import { parts } from './parts.ts'

const MULTIPART = 'multipart/form-data; boundary=X'

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

  test('before a malformed one are the same for every cut of the body, and then the loop rejects', async () => {
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

  test('are not given for a form without parts', async () => {
    expect(await account(rawRequest('--X--\r\n', MULTIPART))).toEqual([])
  })

  test('are read by the charset that the first _charset_ before them named, wherever the body is cut', async () => {
    const field = (name: string, value: string) =>
      `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const charsets = field('_charset_', 'shift_jis') + field('_charset_', 'utf-8')
    const text = field('a', '\xfc') + charsets + field('b', '\x93\xfa\x96\x7b') + '--X--\r\n'
    const body = Buffer.from(text, 'latin1')
    const expected = [
      // No charset was named yet, and it is not UTF-8.
      ['field', 'a', 'ü'],
      ['field', '_charset_', 'shift_jis'],
      ['field', '_charset_', 'utf-8'],
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
  test('that is not read is skipped', async () => {
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
      await expect(part.text()).rejects.toThrow('The part "a" has been read already. A part can be read once.')
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
    const reading: unknown = value?.bytes().catch((error: unknown) => error)
    const next = await loop.next()
    expect(await reading).toBeInstanceOf(TypeError)
    expect(await next.value?.text()).toBe('b')
    expect(await loop.next()).toEqual({ done: true, value: undefined })
  })

  test('whose next bytes are awaited when the loop goes on rejects as soon as they come', async () => {
    const { bytes, contentType } = await formBody([file('a', 'a', 2000), { name: 'b', value: 'b' }])
    const body = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, { highWaterMark: 9 })
    const writer = body.writable.getWriter()
    const headers = { 'content-type': contentType }
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body: body.readable, duplex: 'half' }
    const loop = parts(new Request('http://localhost', init))[Symbol.asyncIterator]()
    await writer.write(bytes.slice(0, 1000))
    const { value } = await loop.next()
    const reader = value?.stream().getReader()
    await reader?.read()
    const reading: unknown = reader?.read().catch((error: unknown) => error)
    await new Promise(setImmediate)
    const next = loop.next()
    await writer.write(bytes.slice(1000, 1500))
    expect(await reading).toBeInstanceOf(TypeError)
    await writer.write(bytes.slice(1500))
    expect((await next).value?.field).toBe('b')
    await writer.close()
    expect((await loop.next()).done).toBe(true)
  })

  test('takes at most the bytes that its reader allows, and the loop can go on', async () => {
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

  test('of an unknown charset cannot be read as text, but as bytes', async () => {
    const body =
      '--X\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=klingon\r\n\r\n1\r\n--X--\r\n'
    for await (const part of parts(rawRequest(body, MULTIPART))) {
      await expect(part.text()).rejects.toMatchObject({ code: 'malformed-body' })
    }
    for await (const part of parts(rawRequest(body, MULTIPART))) expect(await part.bytes()).toEqual(Uint8Array.of(0x31))
  })
})

test('bytes do not change if a reader changes earlier ones', async () => {
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

test('only the requested bytes are read: a reader that waits makes the client wait', async () => {
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
      if (part.kind === 'file') told.push(await set.save(part).catch((error: unknown) => error))
    }
    expect(told).toMatchObject([{ code: 'file-too-large' }, { code: 'no-file-selected' }, { filename: 'c.txt' }])
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
