import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conflictName, conflictNames } from './conflict-names.ts'
import { secureFilename } from './secure-filename.ts'
import { isStoredName } from './stored-name.ts'

test('the names to try are numbered as by Flask-Uploads', () => {
  const [first, second, third, fourth] = conflictNames('foo.txt')
  expect([first, second, third, fourth]).toEqual(['foo.txt', 'foo_1.txt', 'foo_2.txt', 'foo_3.txt'])
})

describe('the number stands before the last extension', () => {
  test.each([
    ['a.tar.gz', 'a.tar_1.gz'],
    ['README', 'README_1'],
    ['.bashrc', '.bashrc_1'],
    ['foo_1.txt', 'foo_1_1.txt'],
    ['日.txt', '日_1.txt'],
    ['', '_1'],
  ])('%j becomes %j', (name, next) => {
    expect(conflictName(name, 1)).toBe(next)
  })
})

describe('no name has more than 255 bytes', () => {
  test('a long stem is cut for the number, between two characters', () => {
    expect(conflictName(`${'x'.repeat(251)}.txt`, 0)).toBe(`${'x'.repeat(251)}.txt`)
    expect(conflictName(`${'x'.repeat(251)}.txt`, 1)).toBe(`${'x'.repeat(249)}_1.txt`)
    expect(conflictName(`${'x'.repeat(251)}.txt`, 12)).toBe(`${'x'.repeat(248)}_12.txt`)
    expect(conflictName(`${'é'.repeat(125)}.txt`, 1)).toBe(`${'é'.repeat(124)}_1.txt`)
  })

  test('an extension that leaves no room for a stem is cut like one', () => {
    expect(conflictName(`a.${'x'.repeat(253)}`, 1)).toBe(`a.${'x'.repeat(251)}_1`)
    expect(conflictName(`abcd.${'x'.repeat(250)}`, 1)).toBe(`ab_1.${'x'.repeat(250)}`)
  })

  test.each([
    ['a dot and white space', `${'x'.repeat(246)}.jpg yyy`, 1000, `${'x'.repeat(246)}_jpg_1000`],
    [
      'a character like a dot, and one that has white space in it for a careless system',
      `\u2488COM1${'\u0331'.repeat(120)}_\uff1a_\u00a8`,
      1,
      `_COM1${'\u0331'.repeat(120)}_\uff1a__1`,
    ],
  ])('no cut makes an extension of %s', (_, name, attempt, next) => {
    expect(isStoredName(name)).toBe(true)
    expect(conflictName(name, attempt)).toBe(next)
    expect(isStoredName(next)).toBe(true)
  })

  test('and no two attempts give the same name', () => {
    const name = fc.tuple(fc.string({ maxLength: 300 }), fc.string({ maxLength: 300 })).map((parts) => parts.join('.'))
    fc.assert(
      fc.property(fc.oneof(name, name.map(secureFilename)), (taken) => {
        const names = Array.from({ length: 20 }, (_, attempt) => conflictName(taken, attempt))
        expect(Math.max(...names.map((next) => Buffer.byteLength(next)))).toBeLessThanOrEqual(255)
        expect(new Set(names).size).toBe(20)
      }),
    )
  })
})
