import { expect, test } from 'vitest'
import type { KeptContent } from './kept-files.ts'
import { KeptFiles } from './kept-files.ts'

const KIB = 1024

/** A file that takes 40 KiB: 39 KiB of content and 1 KiB of overhead. */
function fileOf(): KeptContent {
  const content = new Uint8Array(39 * KIB)
  const entry = { key: 'a', size: content.length, storedAt: new Date(0), version: '1' }
  return { entry, content, isCurrent: () => true, readAt: 0 }
}

test('kept files take no more memory than the limit: the file that was added first goes first', () => {
  const files = new KeptFiles(100 * KIB)
  for (const key of ['one', 'two', 'three']) files.set(key, fileOf())
  expect(['one', 'two', 'three'].map((key) => files.get(key)?.content.length)).toEqual([undefined, 39 * KIB, 39 * KIB])
})

test('kept files count each file once, and have room again after one was deleted', () => {
  const files = new KeptFiles(100 * KIB)
  files.set('one', fileOf())
  files.set('one', fileOf())
  files.set('two', fileOf())
  files.delete('two')
  files.delete('two')
  files.set('three', fileOf())
  expect(['one', 'two', 'three'].map((key) => files.get(key) !== undefined)).toEqual([true, false, true])
})

test('kept files are limited in number even if they have no bytes', () => {
  const files = new KeptFiles(10 * KIB)
  for (let number = 0; number < 100; number += 1) files.set(String(number), { ...fileOf(), content: new Uint8Array() })
  expect(files.get('0')).toBeUndefined()
  expect(files.get('99')).toBeDefined()
})
