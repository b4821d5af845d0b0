import { expect, test } from 'vitest'
import { isStoredName } from '../../filename/stored-name.ts'
import { isDiskKey } from './disk-key.ts'

test.each([
  'a.txt:stream',
  'a.txt::$DATA',
  'C:a.txt',
  'NUL',
  'nul.txt',
  'sub/CON .tar.gz',
  'COM¹',
  'a.txt.',
  'a.txt ',
  'sub./a.txt',
  // The short names of `.decant` and of a longer name, which would go past a rule that is made for the long one.
  'DECANT~1/records',
  'REPORT~2.PDF',
  'a?b',
  'a*',
])('%j is a file like any other, but not on Windows, where it would be another one; no upload is called so', (key) => {
  expect(isDiskKey(key, 'linux')).toBe(true)
  expect(isDiskKey(key, 'win32')).toBe(false)
  expect(key.split('/').every(isStoredName)).toBe(false)
})

test.each(['a.txt', 'a b (1).tar.gz', 'report-of~1.docx', 'CONSOLE.txt', 'a~b.txt', 'nul_1.txt', 'sub/ü.txt'])(
  '%j is one everywhere',
  (key) => {
    expect(isDiskKey(key, 'linux')).toBe(true)
    expect(isDiskKey(key, 'win32')).toBe(true)
  },
)

test('what is no key is none anywhere', () => {
  for (const system of ['linux', 'win32']) expect(isDiskKey('../a', system)).toBe(false)
})
