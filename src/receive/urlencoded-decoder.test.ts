import { describe, expect, test } from 'vitest'
import { rawRequest } from './fixtures/form-body.ts'
import { toFormLimits } from './form-limits.ts'
import type { FormLimitOptions } from './form-limits.ts'
import { receive } from './receive.ts'
import { UrlencodedDecoder } from './urlencoded-decoder.ts'

const TYPE = 'application/x-www-form-urlencoded; charset=UTF-8'

function decode(body: string | Uint8Array, options: FormLimitOptions = {}): (readonly [string, string])[] {
  const decoder = new UrlencodedDecoder(toFormLimits(options))
  decoder.write(typeof body === 'string' ? new TextEncoder().encode(body) : body)
  return decoder.end().fields
}

const CASES: [body: string, fields: [string, string][]][] = [
  ['', []],
  [
    'a=1&b=2',
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  [
    'a=1&a=2',
    [
      ['a', '1'],
      ['a', '2'],
    ],
  ],
  ['a', [['a', '']]],
  ['a=', [['a', '']]],
  ['=a', [['', 'a']]],
  ['=', [['', '']]],
  ['&&a=1&&', [['a', '1']]],
  ['a=b=c', [['a', 'b=c']]],
  ['a+b=c+d', [['a b', 'c d']]],
  ['a%2Bb=%26%3d', [['a+b', '&=']]],
  ['a=%C3%BC%e6%97%a5', [['a', 'ü日']]],
  ['a=ü', [['a', 'ü']]],
  ['a=100%', [['a', '100%']]],
  [
    'a=%4&b=%zz&c=%%41',
    [
      ['a', '%4'],
      ['b', '%zz'],
      ['c', '%A'],
    ],
  ],
  [
    '?a=1&?b=2',
    [
      ['?a', '1'],
      ['?b', '2'],
    ],
  ],
  ['a=%EF%BB%BFx', [['a', '\uFEFFx']]],
  ['a=1;b=2', [['a', '1;b=2']]],
  ['__proto__=1', [['__proto__', '1']]],
  ['a=%00', [['a', '\0']]],
]

describe('a urlencoded form', () => {
  test.each(CASES)('%j is read as the standard says', (body, fields) => {
    expect(decode(body)).toEqual(fields)
  })

  test.each(CASES.filter(([body]) => !/ü|%EF/.test(body)))('%j is read as URLSearchParams reads it', (body) => {
    // URLSearchParams drops a question mark at the beginning, since it is made for URLs.
    const wanted = body.startsWith('?') ? `?${body}` : body
    expect(decode(body)).toEqual([...new URLSearchParams(wanted)])
  })

  test.each(CASES)('%j is the same byte by byte', (body, fields) => {
    const decoder = new UrlencodedDecoder(toFormLimits({}))
    for (const byte of new TextEncoder().encode(body)) decoder.write(Uint8Array.of(byte))
    expect(decoder.end().fields).toEqual(fields)
  })

  test('of bytes that are not UTF-8 is read as windows-1252, as in the other kind of form', () => {
    expect(decode('a=caf%E9')).toEqual([['a', 'café']])
    expect(decode(Uint8Array.of(0x61, 0x3d, 0xe9))).toEqual([['a', 'é']])
  })

  test('is read by the charset that it names', () => {
    expect(decode('a=%93%FA%96%7B&_charset_=shift_jis')).toEqual([
      ['a', '日本'],
      ['_charset_', 'shift_jis'],
    ])
    expect(decode('a=%93%FA&_charset_=&_charset_=shift_jis')[0]).toEqual(['a', '日'])
    for (const unfit of ['klingon', 'utf-16', 'UTF-16BE']) {
      const refusal = { code: 'malformed-body', details: { reason: 'the form names a charset that is not known' } }
      expect(() => decode(`a=1&_charset_=${unfit}`)).toThrow(expect.objectContaining(refusal))
    }
  })

  test('is received without files', async () => {
    await using upload = await receive(rawRequest('title=A+b&tag=1&tag=2', TYPE))
    expect([...upload.fields]).toEqual([
      ['title', 'A b'],
      ['tag', '1'],
      ['tag', '2'],
    ])
    expect(upload.files.size).toBe(0)
  })
})

describe('limits of a urlencoded form', () => {
  test('maxFields accepts exactly that many fields', () => {
    expect(decode('a=1&b=2&c=3', { maxFields: 3 })).toHaveLength(3)
    expect(() => decode('a=1&b=2&c=3&d', { maxFields: 3 })).toThrow(
      expect.objectContaining({ code: 'too-many-fields', details: { limit: 3 } }),
    )
  })

  test('maxFieldSize counts decoded bytes', () => {
    expect(decode(`a=${'%41'.repeat(10)}`, { maxFieldSize: 10 })).toEqual([['a', 'A'.repeat(10)]])
    for (const value of ['%41'.repeat(11), 'x'.repeat(11), 'x'.repeat(1000)]) {
      expect(() => decode(`n%C3%A4me=${value}`, { maxFieldSize: 10 })).toThrow(
        expect.objectContaining({ code: 'field-too-large', details: { limit: 10, field: 'näme' } }),
      )
    }
  })

  test('maxNameSize accepts names of exactly that many bytes', () => {
    expect(decode('%41%41%41=x', { maxNameSize: 3 })).toEqual([['AAA', 'x']])
    for (const name of ['abcd', '%41%41%41%41', 'n'.repeat(1000)]) {
      for (const body of [`${name}=x`, name]) {
        expect(() => decode(body, { maxNameSize: 3 })).toThrow(
          expect.objectContaining({ code: 'name-too-long', details: { limit: 3 } }),
        )
      }
    }
  })

  test('hold while the body arrives: no field is kept beyond its limit', () => {
    const decoder = new UrlencodedDecoder(toFormLimits({ maxFieldSize: 10 }))
    decoder.write(new TextEncoder().encode('a='))
    expect(() => {
      for (let sent = 0; sent < 31; sent += 1) decoder.write(Uint8Array.of(0x78))
    }).toThrow(expect.objectContaining({ code: 'field-too-large' }))
  })

  test('maxFieldsSize holds for all pairs together', async () => {
    await using upload = await receive(rawRequest('ab=12&cd=34', TYPE), { maxFieldsSize: 8 })
    expect(upload.fields.size).toBe(2)
    await expect(receive(rawRequest('ab=12&cd=345', TYPE), { maxFieldsSize: 8 })).rejects.toMatchObject({
      code: 'fields-too-large',
      details: { limit: 8 },
    })
  })

  test('maxBodySize holds for it too', async () => {
    await using upload = await receive(rawRequest('a=12345', TYPE), { maxBodySize: 7 })
    expect(upload.fields.get('a')).toBe('12345')
    await expect(receive(rawRequest('a=123456', TYPE, { chunked: true }), { maxBodySize: 7 })).rejects.toMatchObject({
      code: 'body-too-large',
    })
  })
})

test('ampersands without a pair between them count towards the size of all fields', () => {
  expect(decode('&&a=1&&', { maxFieldsSize: 5 })).toEqual([['a', '1']])
  expect(() => decode('&&a=1&&', { maxFieldsSize: 4 })).toThrow(expect.objectContaining({ code: 'fields-too-large' }))
  expect(() => decode('&'.repeat(9 * 1024 ** 2))).toThrow(expect.objectContaining({ code: 'fields-too-large' }))
})
