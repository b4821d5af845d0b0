import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UploadError } from '../errors/upload-error.ts'
import { isKey, keyFromPath, pathFromKey, safeKey } from './key.ts'

describe('files that a person put into the folder by hand can be served', () => {
  test.each([
    'a.txt',
    'a b (1).txt',
    'sub/folder/ü.txt',
    'cafe\u0301.png',
    'NUL',
    '-rf',
    'trailing dot.',
    'a..b',
    'a:b?c*"d".txt',
    'x\u200d.txt',
    'A.TXT',
    'é'.repeat(127),
    '~user',
    `${'x'.repeat(255)}/${'x'.repeat(255)}/${'x'.repeat(255)}/${'x'.repeat(255)}`,
  ])('%j is a key', (key) => {
    expect(isKey(key)).toBe(true)
    expect(keyFromPath(pathFromKey(key))).toBe(key)
  })
})

describe('nothing outside or private can be named', () => {
  test.each([
    ['', 'it is empty'],
    ['.', 'a segment begins with a dot'],
    ['..', 'a segment begins with a dot'],
    ['../a', 'a segment begins with a dot'],
    ['a/../b', 'a segment begins with a dot'],
    ['.decant/drafts/x', 'a segment begins with a dot'],
    ['a/.b', 'a segment begins with a dot'],
    // HFS+ reads these as `.decant`.
    ['\u200c.decant/x', 'a segment begins with a dot'],
    ['a/\ufeff\u200d.b', 'a segment begins with a dot'],
    ['/a', 'a segment is empty'],
    ['a/', 'a segment is empty'],
    ['a//b', 'a segment is empty'],
    ['a\\b', 'it holds a backslash'],
    ['a\0', 'it holds the control character U+0000'],
    ['a\nb', 'it holds the control character U+000A'],
    ['a\x9b', 'it holds the control character U+009B'],
    ['a\ud800', 'it is not valid Unicode'],
    ['x'.repeat(256), 'a segment is longer than 255 bytes'],
    ['é'.repeat(128), 'a segment is longer than 255 bytes'],
    ['abc/'.repeat(256) + 'a', 'it is longer than 1024 bytes'],
  ])('%j is not a key: %s', (key, reason) => {
    expect(isKey(key)).toBe(false)
    expect(() => pathFromKey(key)).toThrow(new TypeError(`${JSON.stringify(key)} is not a key: ${reason}`))
    const path = key
      .split('/')
      .map((segment) => encodeURIComponent(segment.toWellFormed()))
      .join('/')
    if (key.isWellFormed()) expect(refusal(path)).toEqual({ key: path, reason })
  })
})

describe("a URL's path", () => {
  test.each([
    ['a.txt', 'a.txt'],
    ['sub/a%20b%2B.txt', 'sub/a b+.txt'],
    ['%E6%97%A5.txt', '日.txt'],
    ['a+b', 'a+b'],
    ['100%25', '100%'],
    ['%252e%252e%252fx', '%2e%2e%2fx'],
    ["a'(1)!*.txt", "a'(1)!*.txt"],
  ])('%j means the key %j', (path, key) => {
    expect(keyFromPath(path)).toBe(key)
  })

  test.each([
    ['a%2Fb', 'it holds an encoded slash'],
    ['a%2fb', 'it holds an encoded slash'],
    ['..%2f..%2fetc/passwd', 'it holds an encoded slash'],
    ['a%5Cb', 'it holds a backslash'],
    ['a%00.txt', 'it holds the control character U+0000'],
    ['%2e%2e/x', 'a segment begins with a dot'],
    ['%2E', 'a segment begins with a dot'],
    ['a/%2e%2e/%2e%2e/etc/passwd', 'a segment begins with a dot'],
    ['%2edecant/x', 'a segment begins with a dot'],
    ['', 'it is empty'],
    ['/a', 'a segment is empty'],
    ['a//b', 'a segment is empty'],
    ['%', 'it is not the percent-encoding of valid UTF-8'],
    ['%zz', 'it is not the percent-encoding of valid UTF-8'],
    ['%ff', 'it is not the percent-encoding of valid UTF-8'],
    // An overlong slash, and half of a surrogate pair.
    ['%c0%af', 'it is not the percent-encoding of valid UTF-8'],
    ['%ed%a0%80', 'it is not the percent-encoding of valid UTF-8'],
    ['\u00c3\u00a9.txt', 'it holds characters that must be percent-encoded'],
    ['a b', 'it holds characters that must be percent-encoded'],
    ['a?b', 'it holds characters that must be percent-encoded'],
    ['a#b', 'it holds characters that must be percent-encoded'],
    ['a\0', 'it holds characters that must be percent-encoded'],
  ])('%j is refused: %s', (path, reason) => {
    expect(refusal(path)).toEqual({ key: path, reason })
  })

  test('is never a key that isKey does not take, and every key has one that leads back to it', () => {
    const text = fc.array(
      fc.constantFrom('a', '.', '/', '%2f', '%2e', '%5c', '%00', '%', '\\', 'é', '%c3%a9', ' ', '\ud800'),
    )
    fc.assert(
      fc.property(text, (pieces) => {
        const path = pieces.join('')
        if (refusal(path) === undefined) expect(isKey(keyFromPath(path))).toBe(true)
        if (isKey(path)) expect(keyFromPath(pathFromKey(path))).toBe(path)
      }),
      { numRuns: 2000 },
    )
  })

  test('survives what URL makes of a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }).filter(isKey), (key) => {
        const { pathname } = new URL(`http://localhost/uploads/${pathFromKey(key)}`)
        expect(keyFromPath(pathname.slice('/uploads/'.length))).toBe(key)
      }),
    )
  })
})

describe('the key of a new file', () => {
  test('is its stored name, in the folder', () => {
    expect(safeKey(undefined, '../a b.TXT')).toBe('a b.TXT')
    expect(safeKey('users/Zoë 2', 'C:\\a.php.jpg')).toBe('users/Zoë 2/a_php.jpg')
  })

  test.each(['', '/', '..', '../x', 'a/', '/a', 'a//b', 'a/../b', 'a\\b', '.a', 'a:b', 'NUL', 'a ', 'a\0'])(
    'is not made in the folder %j, nor in one that is like it',
    (folder) => {
      expect(() => safeKey(folder, 'a.txt')).toThrow(TypeError)
    },
  )

  test('is never too long, whatever the client calls the file', () => {
    const folder = `${'x'.repeat(255)}/${'x'.repeat(255)}/${'x'.repeat(255)}`
    expect(() => safeKey(`${folder}y`, 'a')).toThrow(TypeError)
    expect(isKey(safeKey(folder, 'y'.repeat(1000)))).toBe(true)
    expect(() => safeKey(`${folder}/x`, 'a')).toThrow(new TypeError('A folder may have at most 768 bytes'))
  })

  test('is a key for every name', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (filename) => isKey(safeKey('a/b', filename))))
  })
})

/** The details of the refusal of a path; `undefined` if it is allowed. */
function refusal(path: string): object | undefined {
  try {
    keyFromPath(path)
    return undefined
  } catch (error) {
    if (error instanceof UploadError && error.code === 'invalid-key') return error.details
    throw error
  }
}
