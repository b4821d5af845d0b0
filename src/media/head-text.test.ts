import { describe, expect, test } from 'vitest'
import { latin1, utf16 } from './fixtures/heads.ts'
import { headText } from './head-text.ts'

const encoder = new TextEncoder()

describe('is text', () => {
  test.each([
    ['nothing at all', new Uint8Array(), 'utf-8'],
    ['ASCII with tabs, line ends, form feeds and colours', latin1('a\tb\r\n\f\x1b[1m'), 'utf-8'],
    ['UTF-8', encoder.encode('größer 😀'), 'utf-8'],
    ['UTF-8 with a byte order mark', latin1('\xef\xbb\xbfa'), 'utf-8'],
    ['UTF-8 that is cut in a character', encoder.encode('a😀').subarray(0, 3), 'utf-8'],
    ['UTF-16, the big end first', utf16('größer 😀', 'big'), 'utf-16'],
    ['UTF-16, the little end first', utf16('größer 😀', 'little'), 'utf-16'],
    ['UTF-16 that is cut in a character', utf16('größer', 'little').subarray(0, 5), 'utf-16'],
    ['UTF-32, the big end first', latin1('\0\0\xfe\xff\0\0\0a\0\x01\xf6\0'), 'utf-32'],
    ['UTF-32, the little end first', latin1('\xff\xfe\0\0a\0\0\0\0\xf6\x01\0'), 'utf-32'],
    ['a charset of 8 bits', latin1('gr\xf6\xdfer'), '8-bit'],
    ['an end that begins no character of UTF-8', latin1('a\xc1'), '8-bit'],
    ['an end that would be longer than it need be', latin1('a\xe0\x80'), '8-bit'],
    ['an end that would be a surrogate', latin1('a\xed\xa0'), '8-bit'],
    ['an end that would be longer than it need be, of four', latin1('a\xf0\x80'), '8-bit'],
    ['an end that would be more than Unicode has', latin1('a\xf4\x90'), '8-bit'],
  ])('%s', (_, head, encoding) => {
    expect(headText(head)).toMatchObject({ isText: true, isClean: true, encoding })
  })
})

describe('control characters', () => {
  const clean = [0x09, 0x0a, 0x0c, 0x0d, 0x1b]

  test.each(Array.from({ length: 0x20 }, (_, code) => code).filter((code) => !clean.includes(code)))(
    'such as %i are text, if not clean text, in every encoding; a NUL is not',
    (code) => {
      const control = `a${String.fromCharCode(code)}`
      for (const head of [latin1(control), latin1(`\xff${control}`), utf16(control, 'big'), utf16(control, 'little')]) {
        expect(headText(head)).toMatchObject({ isText: code !== 0, isClean: false })
      }
    },
  )
})

test('UTF-16 without a byte order mark is not text: it could be anything', () => {
  expect(headText(utf16('hello', 'little').subarray(2)).isText).toBe(false)
})

test('bytes that only begin like UTF-32 are not text', () => {
  expect(headText(latin1('\xff\xfe\0\0abcd')).isText).toBe(false)
})

test('the byte order mark is not a part of the text', () => {
  const heads = [latin1('\xef\xbb\xbfa'), latin1('\xef\xbb\xbfa\xff'), utf16('a', 'big'), utf16('a', 'little')]
  expect(heads.map((head) => headText(head).text)).toEqual(['a', 'aÿ', 'a', 'a'])
})

test('bytes in the middle of a larger buffer are read in place', () => {
  const buffer = latin1('xxx\xfe\xff\0a\0b')
  expect(headText(buffer.subarray(3)).text).toBe('ab')
})
