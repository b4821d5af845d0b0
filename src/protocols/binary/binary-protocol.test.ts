import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { fromFetchRequest } from '../../http/fetch-request.ts'
import { fromNodeRequest } from '../../http/node-request.ts'
import { ALL } from '../../media/extension-rule.ts'
import { diskSet, everyFile, memorySet, read } from '../../policy/fixtures/sets.ts'
import type { UploadSet } from '../../policy/upload-set.ts'
import { toFormLimits } from '../../receive/form-limits.ts'
import type { FormLimitOptions } from '../../receive/form-limits.ts'
import { someBytes } from '../../receive/fixtures/form-body.ts'
import { nodeServer, readText } from '../../receive/fixtures/node-server.ts'
import { openFilesIn } from '../../file/fixtures/open-files.ts'
import { temporaryFolders } from '../../receive/fixtures/temporary-folders.ts'
import { memoryStorage } from '../../storage/memory/memory-storage.ts'
import { failingStorage } from '../../testing/failing-storage.ts'
import { receiveBinary } from './binary-protocol.ts'

const newFolder = temporaryFolders()
const NAMED = { 'content-disposition': 'attachment; filename="a.txt"' }

interface Sent {
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null
  readonly key?: string
  readonly limits?: FormLimitOptions
}

async function send(set: UploadSet, { headers = {}, body = someBytes(1000), key, limits = {} }: Sent) {
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
  return receiveBinary({
    incoming: fromFetchRequest(new Request('http://localhost/', init)),
    set,
    limits: toFormLimits(limits),
    key,
  })
}

/** A body that fails the test if it is read. */
function untouched(): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull() {
        throw new Error('The body was read')
      },
    },
    { highWaterMark: 0 },
  )
}

describe('a body that is a file', () => {
  test('gets its name from Content-Disposition, and a number if that name is taken', async () => {
    const set = memorySet()
    const first = await send(set, { headers: { ...NAMED, 'content-type': 'application/x-made-up' } })
    expect(first).toEqual({
      files: [{ filename: 'a.txt', stored: expect.objectContaining({ key: 'a.txt', size: 1000, type: 'text/plain' }) }],
      published: [{ key: 'a.txt', version: expect.any(String) }],
      fields: [],
    })
    expect(await read(set, 'a.txt')).toEqual(someBytes(1000))
    expect((await send(set, { headers: NAMED })).files[0]?.stored.key).toBe('a_1.txt')
  })

  test('with a name may be text, and even claim to be a form', async () => {
    const set = memorySet()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await send(set, { headers: { ...NAMED, 'content-type': type } })).files).toHaveLength(1)
    }
  })

  test('may be empty, if it says so', async () => {
    const set = memorySet()
    const { files } = await send(set, { headers: { ...NAMED, 'content-length': '0' }, body: null })
    expect(files[0]?.stored.size).toBe(0)
  })

  test('gets exactly the name of its URL, in its folder', async () => {
    const set = memorySet()
    const { files } = await send(set, { key: 'sub/b.txt', headers: NAMED })
    expect(files).toEqual([
      { filename: 'b.txt', stored: expect.objectContaining({ key: 'sub/b.txt', filename: 'b.txt' }) },
    ])
  })

  test('with a name in its URL may be of any type but a form with files', async () => {
    const set = memorySet()
    await send(set, { key: 'a.txt', headers: { 'content-type': 'text/plain' } })
    await send(set, { key: 'b.txt', headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    await expect(
      send(set, { key: 'c.txt', headers: { 'content-type': 'multipart/form-data; boundary=X' } }),
    ).rejects.toMatchObject({ code: 'unsupported-media-type', status: 415, message: expect.stringContaining('POST') })
  })
})

describe('a body is refused, unread,', () => {
  test.each([
    ['without a length', { headers: NAMED, body: null }, 'length-required', 411],
    ['without a name', {}, 'malformed-request', 400],
    [
      'that is urlencoded',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      'unsupported-media-type',
      415,
    ],
    [
      'that is text without a name',
      { headers: { 'content-type': 'Text/Plain; charset=utf-8' } },
      'unsupported-media-type',
      415,
    ],
    [
      'that is a multipart of another kind',
      { headers: { ...NAMED, 'content-type': 'multipart/mixed; boundary=X' } },
      'unsupported-media-type',
      415,
    ],
    [
      'that is a multipart with parameters that cannot be read',
      { key: 'a.txt', headers: { 'content-type': 'multipart/form-data; boundary=a; boundary=b' } },
      'unsupported-media-type',
      415,
    ],
    ['that is compressed', { headers: { ...NAMED, 'content-encoding': 'gzip' } }, 'unsupported-media-type', 415],
    ['that is a part of a file', { headers: { ...NAMED, 'content-range': 'bytes 0-9/100' } }, 'malformed-request', 400],
    ['that is not complete', { headers: { ...NAMED, 'upload-complete': '?0' } }, 'malformed-request', 400],
    ['that is incomplete', { headers: { ...NAMED, 'upload-incomplete': '?1' } }, 'malformed-request', 400],
    [
      'of a forbidden type',
      { headers: { 'content-disposition': 'attachment; filename="a.exe"' } },
      'type-not-allowed',
      415,
    ],
    ['of a forbidden type in its URL', { key: 'a.exe' }, 'type-not-allowed', 415],
    [
      'that says that it is too large a file',
      { headers: { ...NAMED, 'content-length': '2001' } },
      'file-too-large',
      413,
    ],
    [
      'that says that it is too large',
      { headers: { ...NAMED, 'content-length': '3001' }, limits: { maxBodySize: 3000 } },
      'body-too-large',
      413,
    ],
    ['for a key that is not safe', { key: 'a /CON.txt' }, 'invalid-key', 400],
    ['for a key that is taken', { key: 'taken.txt' }, 'name-taken', 409],
  ] as const)('%s', async (_, sent, code, status) => {
    const folder = newFolder()
    writeFileSync(join(folder, 'taken.txt'), 'mine')
    const set = diskSet(folder, { maxFileSize: 2000 })
    await expect(send(set, { body: untouched(), ...sent })).rejects.toMatchObject({ code, status })
    expect(everyFile(folder)).toEqual(['taken.txt'])
    expect(openFilesIn(folder)).toEqual([])
  })

  test('with a suggestion if there is one', async () => {
    await expect(send(memorySet(), { key: 'a /CON.txt' })).rejects.toMatchObject({
      details: { key: 'a /CON.txt', suggestion: 'a/_CON.txt' },
    })
  })

  test('with a sentence that tells a person who forgot the enctype what to do', async () => {
    await expect(send(memorySet(), { headers: { 'content-type': 'text/plain' } })).rejects.toThrow(
      /enctype="multipart\/form-data"/,
    )
  })
})

test('Content-Encoding: identity is not a coding', async () => {
  const headers = { ...NAMED, 'content-encoding': 'Identity' }
  expect((await send(memorySet(), { headers })).files).toHaveLength(1)
})

describe('nothing is kept', () => {
  test.each([
    ['file-too-large', { maxFileSize: 999 }, {}],
    ['body-too-large', {}, { maxBodySize: 999 }],
    ['file-too-small', { minFileSize: 1001 }, {}],
  ] as const)('of a body that turns out to be %s', async (code, options, limits) => {
    const folder = newFolder()
    const set = diskSet(folder, options)
    await expect(send(set, { headers: NAMED, limits })).rejects.toMatchObject({ code })
    await openAnother(set)
    expect(everyFile(folder)).toEqual([])
    expect(openFilesIn(folder)).toEqual([])
  })

  test('when the storage breaks', async () => {
    const storage = memoryStorage({ maxSize: 5000 })
    const set = memorySet({ storage: failingStorage(storage, { publish: 1 }) })
    await expect(send(set, { headers: NAMED })).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await storage.freeSpace()).toBe(5000)
  })

  test('of a body that is shorter than it says', async () => {
    const folder = newFolder()
    const headers = { ...NAMED, 'content-length': '1001' }
    const set = diskSet(folder)
    await expect(send(set, { headers })).rejects.toMatchObject({ code: 'truncated-body' })
    await openAnother(set)
    expect(everyFile(folder)).toEqual([])
  })

  test('when the client vanishes', async () => {
    const folder = newFolder()
    const set = diskSet(folder, { extensions: ALL })
    await using server = await nodeServer((request) =>
      receiveBinary({ incoming: fromNodeRequest(request), set, limits: toFormLimits({}), key: 'a.bin' }),
    )
    const socket = await server.connect()
    socket.write('PUT /a.bin HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n')
    socket.write(someBytes(1_000_000))
    await vi.waitFor(() => expect(openFilesIn(folder)).toHaveLength(1))
    socket.resetAndDestroy()
    expect((await server.outcome()).error).toMatchObject({ code: 'truncated-body' })
    expect(everyFile(folder)).toEqual([])
    expect(openFilesIn(folder)).toEqual([])
  })
})

/** Opens a draft and discards it: whatever was to be opened before it, and left there, is there now. */
async function openAnother({ storage }: UploadSet): Promise<void> {
  const draft = storage.createDraft()
  await draft.append(new Uint8Array(1))
  await draft.seal()
  await draft.discard()
}

test('two that PUT one name at once: one has it, the other is told', async () => {
  const folder = newFolder()
  const set = diskSet(folder)
  const body = (byte: number) => new Uint8Array(500_000).fill(byte)
  const results = await Promise.allSettled([
    send(set, { key: 'a.txt', body: body(1) }),
    send(set, { key: 'a.txt', body: body(2) }),
  ])
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'name-taken' } })
  expect(everyFile(folder)).toEqual(['a.txt'])
  const bytes = await read(set, 'a.txt')
  expect(bytes).toEqual(body(bytes[0] ?? 0))
})

test('over a real socket a name may be raw UTF-8, and the body chunked in single bytes', async () => {
  const set = memorySet()
  await using server = await nodeServer((request) =>
    receiveBinary({ incoming: fromNodeRequest(request), set, limits: toFormLimits({}) }),
  )
  const socket = await server.connect()
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n' +
      'Content-Disposition: attachment; filename="日本.txt"\r\n\r\n',
  )
  for (const byte of someBytes(300)) socket.write(Buffer.from([0x31, 13, 10, byte, 13, 10]))
  socket.write('0\r\n\r\n')
  expect(await readText(socket, (text) => text.endsWith('}'))).toMatch(/^HTTP\/1\.1 200 /)
  expect(await read(set, '日本.txt')).toEqual(someBytes(300))
  socket.destroy()
})
