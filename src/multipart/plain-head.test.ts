import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toDecoderLimits } from './decoder-limits.ts'
import { parsePartHead } from './part-head.ts'
import { readPlainHead } from './plain-head.ts'

const limits = toDecoderLimits({ maxNameSize: 40 })

test.each([
  ['Content-Disposition: form-data; name="a"'],
  ['Content-Disposition: form-data; name=""; filename=""\r\nContent-Type: application/octet-stream'],
  [
    'Content-Disposition: form-data; name="files[]"; filename="a longer name; and more.tar.gz"\r\nContent-Type: image/svg+xml',
  ],
  ['Content-Disposition: form-data; name="twelve chars"\r\nContent-Type: text/plain'],
])('reads %j as the grammar does', (text) => {
  const bytes = Buffer.from(text)
  const head = readPlainHead(Buffer.from(`--${text}\r\n\r\n`), 2, 2 + bytes.length, limits)
  expect(head).toEqual(parsePartHead(bytes, limits))
})

test.each([
  ['Content-Disposition: form-data; name="%22"'],
  ['Content-Disposition: form-data; name="a\\"b"'],
  ['Content-Disposition: form-data; name="größe"'],
  ['Content-Disposition: form-data; name="=?utf-8?B?YQ==?="'],
  ['Content-Disposition: form-data; name="a"; filename="=?utf-8?B?YQ==?="'],
  ['Content-Disposition: form-data; name="a"; filename*=UTF-8\'\'a'],
  ['Content-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed'],
  ['Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=utf-8'],
  ['Content-Disposition: form-data; name="a"\r\nContent-Type: a/b/c'],
  ['Content-Disposition: form-data; name="a"\r\nX: y'],
  ['Content-Disposition: form-data; name="a'],
  ['Content-Disposition: form-data; name="a";'],
  [`Content-Disposition: form-data; name="${'a'.repeat(41)}"`],
  [`Content-Disposition: form-data; name="a"; filename="${'a'.repeat(41)}"`],
])('leaves %j to the grammar', (text) => {
  expect(readPlainHead(Buffer.from(text), 0, Buffer.byteLength(text), limits)).toBeUndefined()
})

test('its result is that of the grammar, whatever the bytes', () => {
  const piece = fc.constantFrom(
    'Content-Disposition: form-data; name="',
    '"; filename="',
    '"\r\nContent-Type: ',
    '"',
    'a.txt',
    'text/plain',
    'multipart/',
    'A',
    ';',
    '\t',
    '\\',
    '%',
    '%41',
    '=?utf-8?Q?a?=',
    '\u00e9',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const bytes = Buffer.from(`Content-Disposition: form-data; name="${pieces.join('')}`)
      const head = readPlainHead(bytes, 0, bytes.length, limits)
      if (head !== undefined) expect(head).toEqual(parsePartHead(bytes, limits))
    }),
    { numRuns: 2000 },
  )
})
