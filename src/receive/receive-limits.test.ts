import { expect, test } from 'vitest'
import type { UploadErrorCode } from '../errors/upload-error-table.ts'
import type { FieldPart, FilePart } from '../multipart/encoder.ts'
import { file, formBody, rawRequest } from './fixtures/form-body.ts'
import { receive } from './receive.ts'
import type { ReceiveOptions } from './receive.ts'

function fields(count: number, value = ''): FieldPart[] {
  return Array.from({ length: count }, (_, index) => ({ name: `f${index}`, value }))
}

function files(count: number, size = 0): FilePart[] {
  return Array.from({ length: count }, (_, index) => file(`f${index}`, `${index}.txt`, size))
}

interface LimitCase {
  readonly limit: string
  readonly options: ReceiveOptions
  readonly taken: (FieldPart | FilePart)[]
  readonly refused: (FieldPart | FilePart)[]
  readonly code: UploadErrorCode
  readonly details: object
}

const CASES: LimitCase[] = [
  {
    limit: 'maxFileSize',
    options: { maxFileSize: 1000 },
    taken: [file('a', 'a.txt', 1000), file('b', 'b.txt', 1000)],
    refused: [file('a', 'a.txt', 1000), file('b', 'b.txt', 1001)],
    code: 'file-too-large',
    details: { limit: 1000, filename: 'b.txt', field: 'b' },
  },
  {
    limit: 'maxFileSize of 0',
    options: { maxFileSize: 0 },
    taken: [file('a', 'a.txt', 0)],
    refused: [file('a', 'a.txt', 1)],
    code: 'file-too-large',
    details: { limit: 0, filename: 'a.txt', field: 'a' },
  },
  {
    limit: 'maxFileSize beyond memory',
    options: { maxFileSize: 700_000 },
    taken: [file('a', 'a.txt', 700_000)],
    refused: [file('a', 'a.txt', 700_001)],
    code: 'file-too-large',
    details: { limit: 700_000, filename: 'a.txt', field: 'a' },
  },
  {
    limit: 'maxFiles',
    options: { maxFiles: 3 },
    taken: files(3),
    refused: files(4),
    code: 'too-many-files',
    details: { limit: 3 },
  },
  {
    limit: 'maxFiles, which counts no empty input',
    options: { maxFiles: 1 },
    taken: [file('a', '', ''), file('b', 'b', ''), file('c', '', '')],
    refused: [file('a', 'a', ''), file('b', 'b', '')],
    code: 'too-many-files',
    details: { limit: 1 },
  },
  {
    limit: 'maxFields',
    options: { maxFields: 3 },
    taken: [...fields(3), ...files(2)],
    refused: fields(4),
    code: 'too-many-fields',
    details: { limit: 3 },
  },
  {
    limit: 'maxFieldSize',
    options: { maxFieldSize: 100 },
    taken: fields(3, 'x'.repeat(100)),
    refused: [...fields(1), { name: 'late', value: 'é'.repeat(50) + 'x' }],
    code: 'field-too-large',
    details: { limit: 100, field: 'late' },
  },
  {
    limit: 'maxParts',
    options: { maxParts: 4 },
    taken: [...fields(2), ...files(2)],
    refused: [...fields(2), ...files(3)],
    code: 'too-many-parts',
    details: { limit: 4 },
  },
  {
    limit: 'maxNameSize',
    options: { maxNameSize: 10 },
    taken: [{ name: 'n'.repeat(10), value: '' }, file('a', 'é'.repeat(5), '')],
    refused: [{ name: 'n'.repeat(11), value: '' }],
    code: 'name-too-long',
    details: { limit: 10 },
  },
  {
    limit: 'maxNameSize of a file',
    options: { maxNameSize: 10 },
    taken: [file('a', 'n'.repeat(10), '')],
    refused: [file('a', 'n'.repeat(11), '')],
    code: 'name-too-long',
    details: { limit: 10 },
  },
  {
    limit: 'maxFieldsSize, names included',
    options: { maxFieldsSize: 20 },
    taken: [
      { name: 'abcd', value: '123456' },
      { name: 'efgh', value: '789012' },
    ],
    refused: [
      { name: 'abcd', value: '123456' },
      { name: 'efgh', value: '7890123' },
    ],
    code: 'fields-too-large',
    details: { limit: 20 },
  },
  {
    limit: 'maxPartHeaders',
    options: { maxPartHeaders: 1 },
    taken: fields(2),
    refused: files(1),
    code: 'too-many-part-headers',
    details: { limit: 1 },
  },
]

test.each(CASES)('$limit takes exactly that much', async ({ options, taken }) => {
  const { bytes, contentType } = await formBody(taken)
  await using upload = await receive(rawRequest(bytes, contentType), options)
  expect(upload.fields.size + upload.files.size).toBe(taken.length)
})

test.each(CASES)('$limit refuses one more with $code', async ({ options, refused, code, details }) => {
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

test('a file that is allowed fits into a body whose limit nobody gave', async () => {
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

test('without any limit given there are limits', async () => {
  const refused = async (parts: (FieldPart | FilePart)[]) => {
    const { bytes, contentType } = await formBody(parts)
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

test('an idle time-out of 0 would give up everybody at once, and is refused', async () => {
  const { bytes, contentType } = await formBody(fields(1))
  await expect(receive(rawRequest(bytes, contentType), { idleTimeoutMs: 0 })).rejects.toThrow(/more than 0/)
})

test('Infinity is a limit that nothing meets', async () => {
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
