import { expect, test } from 'vitest'
import type { KeptContent } from './kept-files.ts'
import { KeptFiles } from './kept-files.ts'

const KIB = 1024

/** With what each file takes besides, 40 KiB. */
function fileOf(): KeptContent {
  const content = new Uint8Array(39 * KIB)
  const entry = { key: 'a', size: content.length, storedAt: new Date(0), version: '1' }
  return { entry, content, isCurrent: () => true, readAt: 0 }
}

test('kept files take no more memory than they may: the file that came first goes first', () => {
  const files = new KeptFiles(100 * KIB)
  for (const key of ['one', 'two', 'three']) files.set(key, fileOf())
  expect(['one', 'two', 'three'].map((key) => files.get(key)?.content.length)).toEqual([undefined, 39 * KIB, 39 * KIB])
})

test('kept files have room again for a file that was deleted, and count none twice', () => {
  const files = new KeptFiles(100 * KIB)
  files.set('one', fileOf())
  files.set('one', fileOf())
  files.set('two', fileOf())
  files.delete('two')
  files.delete('two')
  files.set('three', fileOf())
  expect(['one', 'two', 'three'].map((key) => files.get(key) !== undefined)).toEqual([true, false, true])
})

test('kept files without bytes are limited, too', () => {
  const files = new KeptFiles(10 * KIB)
  for (let number = 0; number < 100; number += 1) files.set(String(number), { ...fileOf(), content: new Uint8Array() })
  expect(files.get('0')).toBeUndefined()
  expect(files.get('99')).toBeDefined()
})
