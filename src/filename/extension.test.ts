import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { extensionOf, lowercaseExtension, splitExtension } from './extension.ts'

describe("a name is split at the place where Python's splitext splits it", () => {
  test.each([
    ['foo.txt', 'foo', '.txt'],
    ['a.tar.gz', 'a.tar', '.gz'],
    ['NOEXT', 'NOEXT', ''],
    ['', '', ''],
    ['.txt', '.txt', ''],
    ['..txt', '..txt', ''],
    ['.a.b', '.a', '.b'],
    ['..a.b', '..a', '.b'],
    ['a.', 'a', '.'],
    ['a..', 'a.', '.'],
    ['...', '...', ''],
    ['日.txt', '日', '.txt'],
    ['a.b/c', 'a.b/c', ''],
    ['a.b/.c', 'a.b/.c', ''],
    ['a/b.c', 'a/b', '.c'],
    // Python's POSIX variant knows no backslash; a name that a browser gives may have one.
    ['C:\\a.b\\c', 'C:\\a.b\\c', ''],
    // And it would take the end of a sentence for an extension.
    ['Letter to Mr. Smith', 'Letter to Mr. Smith', ''],
    ['a.txt ', 'a.txt ', ''],
  ])('%j is %j and %j', (name, stem, suffix) => {
    expect(splitExtension(name)).toEqual({ stem, suffix })
  })

  test('the two parts together are the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', ' ') }), (name) => {
        const { stem, suffix } = splitExtension(name)
        return stem + suffix === name
      }),
    )
  })
})

test.each([
  ['A.TXT', 'txt'],
  ['a.tar.GZ', 'gz'],
  ['.bashrc', ''],
  ['README', ''],
  ['a.', ''],
  ['x.ПНГ', 'пнг'],
  // As a careless system reads it.
  ['x.ＪＰＧ', 'jpg'],
  ['x.ſh', 'sh'],
  ['a．php', 'php'],
  ['a.p\u200bhp', 'php'],
  ['x.ΑΣ', 'ασ'],
  ['Mr.\u00a0Smith', ''],
])('the extension of %j is %j', (name, extension) => {
  expect(extensionOf(name)).toBe(extension)
})

test.each([
  ['a.tar.GZ', 'a.tar.gz'],
  ['Photo.JPG', 'Photo.jpg'],
  ['NOEXT', 'NOEXT'],
  ['.BASHRC', '.BASHRC'],
])('%j with its extension in lower case is %j', (name, lowered) => {
  expect(lowercaseExtension(name)).toBe(lowered)
})
