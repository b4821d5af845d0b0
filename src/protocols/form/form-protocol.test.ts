import { readdirSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { UploadError } from '../../errors/upload-error.ts'
import { fromFetchRequest } from '../../http/fetch-request.ts'
import { fromNodeRequest } from '../../http/node-request.ts'
import { ALL } from '../../media/extension-rule.ts'
import type { FieldPart, FilePart } from '../../multipart/encoder.ts'
import type { CheckedUpload } from '../../policy/check.ts'
import { diskSet, everyFile, memorySet, read } from '../../policy/fixtures/sets.ts'
import type { UploadSet } from '../../policy/upload-set.ts'
import { toFormLimits } from '../../receive/form-limits.ts'
import type { FormLimitOptions } from '../../receive/form-limits.ts'
import { file, formBody, formRequest, rawRequest, someBytes } from '../../receive/fixtures/form-body.ts'
import { nodeServer } from '../../receive/fixtures/node-server.ts'
import { openFilesIn } from '../../file/fixtures/open-files.ts'
import { temporaryFolders } from '../../receive/fixtures/temporary-folders.ts'
import { diskStorage } from '../../storage/disk/disk-storage.ts'
import { memoryStorage } from '../../storage/memory/memory-storage.ts'
import { failingStorage } from '../../testing/failing-storage.ts'
import { receiveForm } from './form-protocol.ts'

const newFolder = temporaryFolders()

async function send(set: UploadSet, parts: (FieldPart | FilePart)[], limits: FormLimitOptions = {}) {
  return receiveForm({ incoming: fromFetchRequest(await formRequest(parts)), set, limits: toFormLimits(limits) })
}

test.each([
  // As a script sends it that cuts files into pieces, such as jQuery File Upload.
  ['Content-Range', 'bytes 0-9/100'],
  ['Upload-Complete', '?0'],
  ['Upload-Incomplete', '?1'],
])('a form that says it has a part of a file is refused: %s: %s', async (name, value) => {
  const set = memorySet()
  const request = await formRequest([file('photo', 'a.png', 10)])
  request.headers.set(name, value)
  await expect(
    receiveForm({ incoming: fromFetchRequest(request), set, limits: toFormLimits({}) }),
  ).rejects.toMatchObject({
    code: 'malformed-request',
    details: { reason: `a part of a file, as ${name} says, cannot be stored; send the file in one request` },
  })
  expect((await set.list()).files).toEqual([])
})

describe('a form', () => {
  test('becomes stored files in its order, and its fields come back in theirs', async () => {
    const set = memorySet()
    const receipt = await send(set, [
      { name: 'tag', value: 'b' },
      file('photo', 'B.png', 300_000),
      { name: 'tag', value: 'a' },
      file('photo', 'a.png', 10),
      file('other', 'B.png', 20),
    ])
    expect(receipt.fields).toEqual([
      ['tag', 'b'],
      ['tag', 'a'],
    ])
    expect(receipt.files.map(({ field, filename, stored }) => [field, filename, stored.key, stored.size])).toEqual([
      ['photo', 'B.png', 'B.png', 300_000],
      ['photo', 'a.png', 'a.png', 10],
      ['other', 'B.png', 'B_1.png', 20],
    ])
    expect(await read(set, 'B.png')).toEqual(someBytes(300_000))
  })

  test('may have empty inputs beside the one in which something was chosen', async () => {
    const receipt = await send(memorySet(), [file('a', '', ''), file('b', 'b.txt', 'b'), file('c', '', '')])
    expect(receipt.files.map(({ field }) => field)).toEqual(['b'])
  })

  test('in which nothing was chosen is told so', async () => {
    await expect(send(memorySet(), [{ name: 'title', value: 'x' }, file('a', '', '')])).rejects.toMatchObject({
      code: 'no-file-selected',
      status: 422,
    })
  })

  test('without a file input is told what it lacks', async () => {
    await expect(send(memorySet(), [{ name: 'file', value: 'a.txt' }])).rejects.toMatchObject({
      code: 'missing-file',
      status: 422,
      message: expect.stringContaining('Its parts have no filename'),
    })
    await expect(send(memorySet(), [])).rejects.toMatchObject({
      code: 'missing-file',
      message: 'There is no file in the form. Choose a file and send it again.',
    })
  })

  test('whose file has bytes and no name is malformed: no browser sends that', async () => {
    const set = memorySet()
    await expect(send(set, [file('a', 'a.txt', 'a'), file('b', '', 'b')])).rejects.toMatchObject({
      code: 'malformed-body',
    })
    expect((await set.list()).files).toEqual([])
  })
})

test.each([
  ['its extension', file('photos', 'b.exe', 'x'), 'type-not-allowed', {}],
  ['its size', file('photos', 'b.txt', 11), 'file-too-large', { maxFileSize: 10 }],
  ['its missing bytes', file('photos', 'b.txt', ''), 'file-too-small', { minFileSize: 1 }],
  ['its content', file('photos', 'b.png', '<!doctype html>'), 'type-mismatch', { content: 'verify' }],
  ['its name', file('photos', '日本', 'x'), 'invalid-name', { naming: 'werkzeug', extensions: ALL }],
  ['a check', file('photos', 'b.txt', 'x'), 'content-refused', { checks: [refusing] }],
] as const)('a file that is refused for %s is refused with its field', async (_, part, code, options) => {
  await expect(send(memorySet(options), [part])).rejects.toMatchObject({ code, details: { field: 'photos' } })
})

function refusing({ filename }: CheckedUpload): never {
  throw new UploadError('content-refused', { filename, reason: 'it is dull' })
}

describe('of a form nothing is kept', () => {
  const first = file('a', 'a.txt', 600_000)

  test.each([
    ['a second file is too large', [first, file('b', 'b.txt', 700_001)], 'file-too-large', {}],
    ['a second file has a forbidden type', [first, file('b', 'b.exe', 'x')], 'type-not-allowed', {}],
    ['a second file is too small', [first, file('b', 'b.txt', '')], 'file-too-small', {}],
    ['there are too many files', [first, first, first], 'too-many-files', { maxFiles: 2 }],
    ['a field is too large', [first, { name: 'f', value: 'xx' }], 'field-too-large', { maxFieldSize: 1 }],
    ['the body is too large', [first, first], 'body-too-large', { maxBodySize: 1_000_000 }],
  ] as const)('when %s', async (_, parts, code, limits) => {
    const folder = newFolder()
    const set = diskSet(folder, { maxFileSize: 700_000, minFileSize: 1 })
    await expect(send(set, [...parts], limits)).rejects.toMatchObject({ code })
    expect(everyFile(folder)).toEqual([])
    expect(openFilesIn(folder)).toEqual([])
  })

  test.each(['disk', 'memory'])('when the storage breaks after the first was promised its key (%s)', async (kind) => {
    const folder = newFolder()
    const storage = kind === 'disk' ? diskStorage(folder) : memoryStorage()
    const set = memorySet({ storage: failingStorage(storage, { reserve: 2 }) })
    await expect(send(set, [first, file('b', 'b.txt', 'b'), file('c', 'c.txt', 'c')])).rejects.toMatchObject({
      code: 'storage-failed',
      status: 500,
    })
    expect((await storage.list()).entries).toEqual([])
    expect(everyFile(folder)).toEqual([])
  })

  test.each(['disk', 'memory'])(
    'when one without transactions breaks after the first was published (%s)',
    async (kind) => {
      const folder = newFolder()
      const storage = kind === 'disk' ? diskStorage(folder) : memoryStorage()
      const set = memorySet({ storage: failingStorage(storage, { publish: 2 }, { transactions: false }) })
      await expect(send(set, [first, file('b', 'b.txt', 'b'), file('c', 'c.txt', 'c')])).rejects.toMatchObject({
        code: 'storage-failed',
        status: 500,
      })
      expect((await storage.list()).entries).toEqual([])
      expect(everyFile(folder)).toEqual([])
    },
  )

  test('the failure is reported even if the storage is too broken to take the first file back', async () => {
    const storage = failingStorage(memoryStorage(), { publish: 2, delete: 1 }, { transactions: false })
    await expect(send(memorySet({ storage }), [first, first])).rejects.toMatchObject({ code: 'storage-failed' })
  })

  test('when it ends before its last delimiter', async () => {
    const folder = newFolder()
    const { bytes, contentType } = await formBody([first, first])
    const request = rawRequest(bytes.subarray(0, -5), contentType)
    await expect(
      receiveForm({ incoming: fromFetchRequest(request), set: diskSet(folder), limits: toFormLimits({}) }),
    ).rejects.toMatchObject({
      code: 'truncated-body',
    })
    expect(everyFile(folder)).toEqual([])
  })

  test.each(['FIN', 'RST'])('when the client vanishes by %s', async (how) => {
    const folder = newFolder()
    const set = diskSet(folder)
    await using server = await nodeServer((request) =>
      receiveForm({ incoming: fromNodeRequest(request), set, limits: toFormLimits({}) }),
    )
    const { bytes, contentType } = await formBody([first, file('b', 'b.txt', 2_000_000)])
    const socket = await server.connect()
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${contentType}\r\nContent-Length: ${bytes.length}\r\n\r\n`,
    )
    socket.write(bytes.subarray(0, 1_500_000))
    await vi.waitFor(() => expect(openFilesIn(folder)).toHaveLength(1))
    // Half of it is there, and it is not visible.
    expect(readdirSync(folder)).toEqual(['.decant'])
    if (how === 'RST') socket.resetAndDestroy()
    else socket.destroy()
    expect((await server.outcome()).error).toMatchObject({ code: 'truncated-body' })
    expect(everyFile(folder)).toEqual([])
    expect(openFilesIn(folder)).toEqual([])
  })
})
