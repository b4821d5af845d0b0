import { equal, ok } from 'node:assert/strict'
import { posix } from 'node:path'
import fc from 'fast-check'
import { isUploadError } from '../../src/errors/upload-error.ts'
import { isKey, keyFromPath, pathFromKey } from '../../src/filename/key.ts'
import { hostileNames } from './hostile-name.ts'
import { fuzzTarget } from './target.ts'
import type { Target } from './target.ts'

/** As a URL's path has a text: as it is, percent-encoded once, twice, or every byte of it. */
const encodings = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => encodeURIComponent(encodeURIComponent(text.toWellFormed())),
  (text) => encodeURI(text.toWellFormed()),
  (text) => Array.from(Buffer.from(text), percent).join(''),
  (text) => Array.from(Buffer.from(text, 'latin1'), percent).join(''),
)

const paths = fc
  .array(fc.tuple(hostileNames, encodings), { minLength: 1, maxLength: 4 })
  .map((segments) => segments.map(([name, encode]) => encode(name)).join('/'))

export const key: Target = fuzzTarget({
  name: 'key',
  promise: 'leads from a URL to a file inside the folder that is not hidden, and back, or is refused',
  cases: fc.oneof(paths, hostileNames),
  examples: [
    '',
    '.',
    '..',
    '.decant',
    '%2e%2e/x',
    '%c0%ae%c0%ae/x',
    '..%5cx',
    '__proto__',
    'a//b',
    'a/',
    '%',
    '%u002e',
  ],
  open: () => ({
    check(text) {
      if (isKey(text)) checkKey(text)
      const found = fromPath(text)
      if (found === undefined) return
      checkKey(found)
      // The one way to write each byte that needs no encoding is itself; nothing is decoded twice.
      equal(found, decodeURIComponent(text))
      equal(found.split('/').length, text.split('/').length, 'no slash came into being')
    },
  }),
})

function checkKey(found: string): void {
  ok(isKey(found))
  equal(posix.join('/uploads', found), `/uploads/${found}`)
  equal(posix.resolve('/uploads', found), `/uploads/${found}`)
  for (const segment of found.split('/')) {
    ok(!segment.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '').startsWith('.'), 'nothing hidden')
    ok(Buffer.byteLength(segment) <= 255)
    ok(!/[\0-\x1f\x7f\\]/.test(segment))
  }
  equal(keyFromPath(pathFromKey(found)), found)
  const { pathname } = new URL(`http://localhost/uploads/${pathFromKey(found)}`)
  equal(keyFromPath(pathname.slice('/uploads/'.length)), found, 'URL leaves it as it is')
}

function fromPath(path: string): string | undefined {
  try {
    return keyFromPath(path)
  } catch (error) {
    if (isUploadError(error) && error.code === 'invalid-key') return undefined
    throw error
  }
}

function percent(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`
}
