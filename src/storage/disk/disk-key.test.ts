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
  // The short names of `.decant` and of a longer name. A rule for the long name would miss them.
  'DECANT~1/records',
  'REPORT~2.PDF',
  'a?b',
  'a*',
])('%j is a valid key, but not on Windows, which takes it for another file, and no upload gets such a name', (key) => {
  expect(isDiskKey(key, 'linux')).toBe(true)
  expect(isDiskKey(key, 'win32')).toBe(false)
  expect(key.split('/').every(isStoredName)).toBe(false)
})

test.each(['a.txt', 'a b (1).tar.gz', 'report-of~1.docx', 'CONSOLE.txt', 'a~b.txt', 'nul_1.txt', 'sub/ü.txt'])(
  '%j is a valid key on every system',
  (key) => {
    expect(isDiskKey(key, 'linux')).toBe(true)
    expect(isDiskKey(key, 'win32')).toBe(true)
  },
)

test('a key that leaves the folder is not valid on any system', () => {
  for (const system of ['linux', 'win32']) expect(isDiskKey('../a', system)).toBe(false)
})
