import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePathPrefix } from './path-prefix.ts'

test.each([
  ['/drop', '/drop'],
  ['/drop/', '/drop'],
  ['/a/b.c/~d', '/a/b.c/~d'],
  ['/dr%C3%B6p', '/dr%C3%B6p'],
  ['/a..b/...', '/a..b/...'],
  ['/', ''],
  ['', ''],
])('%j is a prefix of URLs: %j', (path, prefix) => {
  expect(parsePathPrefix(path)).toBe(prefix)
})

test.each([
  'drop',
  '//',
  '//evil.example',
  '/drop//',
  '/a//b',
  '/\\evil.example',
  '\\drop',
  '/a?b',
  '/a#b',
  '/a/../b',
  '/..',
  '/.',
  '/./a',
  '/%2e%2E/a',
  '/.%2e',
  '/%2e',
  '/a\r\nb',
  '/a\tb',
  '/a\0',
  '/a b',
  '/a"b',
  '/<b>',
  '/ö',
  '/a%',
  '/a%2',
  '/a%zz',
  'https://evil.example',
  'javascript:alert(1)',
  `/${'a'.repeat(255)}`,
])('%j is not a valid prefix of URLs', (path) => {
  expect(parsePathPrefix(path)).toBeUndefined()
})

test('no prefix leads a browser to another host or out of itself', () => {
  const text = fc.string({ unit: fc.constantFrom('/', '\\', '.', '%2e', '%2F', '?', '#', '@', ':', 'a', '\t') })
  fc.assert(
    fc.property(text, (path) => {
      const prefix = parsePathPrefix(`/${path}`)
      if (prefix === undefined) return
      const { host, pathname } = new URL(`${prefix}/file.txt`, 'http://files.example')
      expect([host, pathname]).toEqual(['files.example', `${prefix}/file.txt`])
    }),
  )
})
