import { expect, test } from 'vitest'
import type { CachedFile } from './cached-files.ts'
import { CachedFiles } from './cached-files.ts'

const KIB = 1024
const MAX_AGE_MS = 1000

/** A file that takes 40 KiB: 39 KiB of content and 1 KiB of overhead. */
function fileOf(readAt = 0): CachedFile {
  const content = new Uint8Array(39 * KIB)
  const entry = { key: 'a', size: content.length, storedAt: new Date(0), version: '1' }
  return { entry, content, isCurrent: () => true, readAt }
}

test('cached files take no more memory than the limit: the file that was added first goes first', () => {
  const files = new CachedFiles(100 * KIB, MAX_AGE_MS)
  for (const key of ['one', 'two', 'three']) files.set(key, fileOf())
  expect(['one', 'two', 'three'].map((key) => files.get(key, 0)?.content.length)).toEqual([
    undefined,
    39 * KIB,
    39 * KIB,
  ])
})

test('cached files count each file once, and have room again after one was deleted', () => {
  const files = new CachedFiles(100 * KIB, MAX_AGE_MS)
  files.set('one', fileOf())
  files.set('one', fileOf())
  files.set('two', fileOf())
  files.delete('two')
  files.delete('two')
  files.set('three', fileOf())
  expect(['one', 'two', 'three'].map((key) => files.get(key, 0) !== undefined)).toEqual([true, false, true])
})

test('cached files are limited in number even if they have no bytes', () => {
  const files = new CachedFiles(10 * KIB, MAX_AGE_MS)
  for (let number = 0; number < 100; number += 1) files.set(String(number), { ...fileOf(), content: new Uint8Array() })
  expect(files.get('0', 0)).toBeUndefined()
  expect(files.get('99', 0)).toBeDefined()
})

test('cached files are gone when they are old, also from memory when the next file is added', () => {
  const files = new CachedFiles(100 * KIB, MAX_AGE_MS)
  files.set('one', fileOf(0))
  files.set('two', fileOf(500))
  expect([files.get('one', 999), files.get('one', 1000)].map((file) => file !== undefined)).toEqual([true, false])
  files.set('three', fileOf(1000))
  // Only its removal makes this file, asked for as of its own time, disappear.
  expect(['one', 'two', 'three'].map((key) => files.get(key, 0) !== undefined)).toEqual([false, true, true])
})

test('cached files have room again after an old one was asked for, and after all were cleared', () => {
  const files = new CachedFiles(100 * KIB, MAX_AGE_MS)
  files.set('one', fileOf(0))
  files.set('two', fileOf(900))
  expect(files.get('one', 1000)).toBeUndefined()
  files.set('three', fileOf(900))
  expect(['two', 'three'].map((key) => files.get(key, 900) !== undefined)).toEqual([true, true])
  files.clear()
  expect(files.get('two', 900)).toBeUndefined()
})
