import { expect, test } from 'vitest'
import type { FieldPart, FilePart } from '../multipart/encoder.ts'
import { file, formBody, rawRequest } from './fixtures/form-body.ts'
import { fields, files, LIMIT_CASES } from './fixtures/limit-cases.ts'
import { parts } from './parts.ts'
import { receive } from './receive.ts'

test.each(LIMIT_CASES)('$limit takes exactly that much', async ({ options, taken }) => {
  const { bytes, contentType } = await formBody(taken)
  await using upload = await receive(rawRequest(bytes, contentType), options)
  expect(upload.fields.size + upload.files.size).toBe(taken.length)
})

test.each(LIMIT_CASES)('$limit refuses one more with $code', async ({ options, refused, code, details }) => {
  const { bytes, contentType } = await formBody(refused)
  await expect(receive(rawRequest(bytes, contentType), options)).rejects.toMatchObject({ code, details, status: 413 })
})

test.each([{ chunked: false }, { chunked: true }])('maxBodySize holds to the byte (%j)', async (how) => {
  const { bytes, contentType } = await formBody([file('a', 'a.bin', 5000)])
  await using upload = await receive(rawRequest(bytes, contentType, how), { maxBodySize: bytes.length })
  expect(upload.files.size).toBe(1)
  await expect(receive(rawRequest(bytes, contentType, how), { maxBodySize: bytes.length - 1 })).rejects.toMatchObject({
    code: 'body-too-large',
    status: 413,
    details: { limit: bytes.length - 1 },
  })
})

test('a body over its whole limit is refused with the limits of each file', async () => {
  const { bytes, contentType } = await formBody([file('a', 'a.bin', 5000)])
  const options = { maxBodySize: 4000, maxFileSize: 1000, maxFiles: 3 }
  const told = {
    code: 'body-too-large',
    message:
      'The whole request may have at most 3.91 KiB; up to 3 files of at most 1000 bytes. Send fewer or smaller files.',
    details: { limit: 4000, limits: [{ maxFileSize: 1000, maxFiles: 3 }] },
  }
  await expect(receive(rawRequest(bytes, contentType), options)).rejects.toMatchObject(told)
  const loop = parts(rawRequest(bytes, contentType), options)[Symbol.asyncIterator]()
  await expect(loop.next()).rejects.toMatchObject(told)
})

test('a file that is allowed fits into the default limit of the body', async () => {
  const announced = (size: number, maxFileSize?: number) =>
    receive(
      new Request('http://localhost/', {
        method: 'POST',
        body: '--X--\r\n',
        headers: { 'content-type': 'multipart/form-data; boundary=X', 'content-length': String(size) },
      }),
      { maxFileSize },
    )
  const size = 80 * 1024 ** 2
  await expect(announced(size)).rejects.toMatchObject({ code: 'body-too-large', details: { limit: 64 * 1024 ** 2 } })
  // The announced size is taken, and only the bytes are missing.
  await expect(announced(size, 100 * 1024 ** 2)).rejects.toMatchObject({ code: 'truncated-body' })
})

test('maxPartHeaderSize holds to the byte', async () => {
  const header = 'Content-Disposition: form-data; name="a"\r\n\r\n'
  const body = `--X\r\n${header}x\r\n--X--\r\n`
  const send = (maxPartHeaderSize: number) =>
    receive(rawRequest(body, 'multipart/form-data; boundary=X'), { maxPartHeaderSize })
  await using upload = await send(header.length)
  expect(upload.fields.get('a')).toBe('x')
  await expect(send(header.length - 1)).rejects.toMatchObject({ code: 'part-header-too-large', status: 413 })
})

test('maxPaddingSize holds to the byte', async () => {
  const body = `${'p'.repeat(98)}\r\n--X\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--X--\r\n`
  const send = (maxPaddingSize: number) =>
    receive(rawRequest(body, 'multipart/form-data; boundary=X'), { maxPaddingSize })
  await using upload = await send(98)
  expect(upload.fields.get('a')).toBe('x')
  await expect(send(97)).rejects.toMatchObject({ code: 'padding-too-large', status: 413 })
})

test('there are limits by default', async () => {
  const refused = async (sent: (FieldPart | FilePart)[]) => {
    const { bytes, contentType } = await formBody(sent)
    return receive(rawRequest(bytes, contentType))
  }
  await expect(refused(files(101))).rejects.toMatchObject({ code: 'too-many-files', details: { limit: 100 } })
  await expect(refused(fields(1001))).rejects.toMatchObject({ code: 'too-many-parts', details: { limit: 1000 } })
  await expect(refused(fields(1, 'x'.repeat(512_001)))).rejects.toMatchObject({
    code: 'field-too-large',
    details: { limit: 512_000 },
  })
  await expect(refused([file('a', 'a', new Uint8Array(32 * 1024 ** 2 + 1))])).rejects.toMatchObject({
    code: 'file-too-large',
    details: { limit: 32 * 1024 ** 2 },
  })
  const declared = new Request('http://localhost', {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=X', 'content-length': String(64 * 1024 ** 2 + 1) },
    body: '',
  })
  await expect(receive(declared)).rejects.toMatchObject({ code: 'body-too-large', details: { limit: 64 * 1024 ** 2 } })
})

test.each([
  'maxBodySize',
  'maxFileSize',
  'maxFiles',
  'maxParts',
  'maxFields',
  'maxFieldSize',
  'maxNameSize',
  'maxPartHeaders',
  'maxPartHeaderSize',
  'maxPaddingSize',
  'memoryLimit',
  'idleTimeoutMs',
])('%s has to be a number: NaN would be no limit at all', async (name) => {
  const { bytes, contentType } = await formBody(fields(1))
  for (const value of [Number.NaN, -1]) {
    // oxlint-disable-next-line no-await-in-loop
    await expect(receive(rawRequest(bytes, contentType), { [name]: value })).rejects.toThrow(TypeError)
  }
})

test('an idle time-out of 0 is a TypeError, since it would end every request at once', async () => {
  const { bytes, contentType } = await formBody(fields(1))
  await expect(receive(rawRequest(bytes, contentType), { idleTimeoutMs: 0 })).rejects.toThrow(/more than 0/)
})

test('Infinity means no limit', async () => {
  const { bytes, contentType } = await formBody([...fields(1001), ...files(101)])
  const none = {
    maxParts: Infinity,
    maxFields: Infinity,
    maxFiles: Infinity,
    maxBodySize: Infinity,
    maxFileSize: Infinity,
  }
  await using upload = await receive(rawRequest(bytes, contentType), { ...none, idleTimeoutMs: Infinity })
  expect(upload.fields.size + upload.files.size).toBe(1102)
})
