import { describe, expect, test } from 'vitest'
import { parseDigestField, toDigestField } from './digest-field.ts'

const SHA_256 = 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='
const BYTES = Uint8Array.from(Buffer.from(SHA_256, 'base64'))

test('a digest is written as RFC 9530 has it, and read again', () => {
  const field = toDigestField('sha-256', BYTES)
  expect(field).toBe(`sha-256=:${SHA_256}:`)
  expect(parseDigestField('Repr-Digest', field)).toEqual(new Map([['sha-256', BYTES]]))
})

test('a field may have several digests, in several lines, with parameters', () => {
  const field = `md5=:AAAA:,  sha-256=:${SHA_256}:;a=1;b, sha-512=:AQI=:`
  expect([...parseDigestField('Repr-Digest', field)]).toEqual([
    ['md5', new Uint8Array(3)],
    ['sha-256', BYTES],
    ['sha-512', Uint8Array.of(1, 2)],
  ])
  expect(parseDigestField('Repr-Digest', '').size).toBe(0)
})

describe('a field is refused', () => {
  test.each([
    ['in the words of RFC 3230', `SHA-256=${SHA_256}`],
    ['without colons', `sha-256=${SHA_256}`],
    ['with one colon', `sha-256=:${SHA_256}`],
    ['with more than base64', 'sha-256=:a-_b:'],
    ['that is not base64', 'sha-256=:A:'],
    ['with a space in it', `sha-256=:AA AA:`],
    ['that is text', 'sha-256="AAAA"'],
    ['that is a number', 'sha-256=1'],
    ['that is only a name', 'sha-256'],
    ['that is a list', `sha-256=(:${SHA_256}:)`],
    ['whose unknown members are not bytes', `sha-256=:${SHA_256}:, other=1`],
    ['that ends in a comma', `sha-256=:${SHA_256}:,`],
    ['with something behind it', `sha-256=:${SHA_256}: x`],
  ])('%s', (_, field) => {
    expect(() => parseDigestField('Content-Digest', field)).toThrow(
      expect.objectContaining({ code: 'malformed-request', message: expect.stringContaining('Content-Digest') }),
    )
  })
})
