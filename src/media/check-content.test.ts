import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkContent } from './check-content.ts'
import type { ContentVerdict } from './check-content.ts'
import { expectationOf } from './content-table.ts'
import * as groups from './extension-groups.ts'
import { HEADS, latin1, utf16 } from './fixtures/heads.ts'
import { HEAD_SIZE } from './real-type.ts'

const PNG = latin1('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')

function check(
  extension: string,
  head: Uint8Array | string,
  claimedType = 'application/octet-stream',
): Promise<ContentVerdict> {
  return checkContent({ extension, claimedType, head: typeof head === 'string' ? latin1(head) : head })
}

describe('a file that is what its name says agrees', () => {
  test.each(
    HEADS.map(({ extensions, head, type }, index) => [extensions.join(' '), type, index, extensions, head] as const),
  )('%s is %s (%i)', async (_, type, __, extensions, head) => {
    const [first = '', ...others] = extensions
    expect(await check(first, head)).toMatchObject({ agrees: true, type })
    for (const other of others) expect(await check(other, head)).toMatchObject({ agrees: true })
  })

  test('in more than forty formats', () => {
    expect(new Set(HEADS.map(({ type }) => type)).size).toBeGreaterThan(40)
  })

  test('whatever the case of its extension', async () => {
    expect(await check('PNG', PNG)).toMatchObject({ agrees: true })
    expect(await check('PNG', 'some text')).toMatchObject({ agrees: false })
  })
})

test('a zip is recorded as such, also where a folder in it looks like a document', async () => {
  const zips = HEADS.filter(({ extensions }) => extensions.includes('zip'))
  for (const { head } of zips) expect(await check('zip', head)).toMatchObject({ type: 'application/zip' })
})

describe('every extension of the groups', () => {
  const extensions = [...new Set(Object.values(groups).flat())]
  const isMagic = (extension: string) => expectationOf(extension)?.text === false

  test.each(extensions)('%s is known', (extension) => {
    expect(expectationOf(extension)).toBeDefined()
  })

  test.each(extensions.filter((extension) => !isMagic(extension)))(
    '%s may be any text, and is named as such',
    async (extension) => {
      expect(await check(extension, 'some text')).toMatchObject({
        agrees: true,
        type: expect.stringMatching(/^text\/|json$|gnumeric|abiword/),
      })
      expect(await check(extension, '\0\x01\x02')).toMatchObject({ agrees: false })
      expect(await check(extension, PNG)).toMatchObject({ agrees: false, type: 'image/png' })
    },
  )

  test.each(extensions.filter(isMagic))('%s has to have its mark, and a real file shows it', async (extension) => {
    expect(HEADS.filter((head) => head.extensions.includes(extension))).not.toEqual([])
    for (const other of ['some text', '\0\x01\x02', '<html>', '#!/bin/sh']) {
      expect(await check(extension, other)).toMatchObject({ agrees: false })
    }
  })
})

describe('a file that is not what its name says disagrees', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['png', '<html><script>', 'text/html'],
    ['png', utf16('<html>', 'little'), 'text/html'],
    ['png', '<svg onload=alert(1)>', 'image/svg+xml'],
    ['jpg', PNG, 'image/png'],
    ['pdf', 'MZ\x90\0\x03\0\0\0', 'application/x-msdownload'],
    ['pdf', '<html>%PDF-1.4', 'text/html'],
    ['docx', '<?php', 'application/x-httpd-php'],
    ['svg', '<html><svg>', 'text/html'],
    ['txt', '\x7fELF\x02\x01\x01\0\0\0', 'application/x-elf'],
    ['csv', 'PK\x03\x04\x14\0', 'application/zip'],
    ['gif', 'GIFTS for all', 'text/plain'],
    ['mp3', '\0\0\0\0', 'application/octet-stream'],
  ])('%s', async (extension, head, found) => {
    expect(await check(extension, head, 'image/png')).toMatchObject({ agrees: false, found, type: found })
  })

  test('with another kind of document in the same container', async () => {
    const others = HEADS.filter(({ extensions: [first] }) => ['xlsx', 'odt', 'docm', 'jar'].includes(first ?? ''))
    expect(others).toHaveLength(4)
    for (const { head } of others) expect(await check('docx', head)).toMatchObject({ agrees: false })
  })
})

describe('text', () => {
  test.each([
    ['txt', '<html>source', 'text/plain'],
    ['md', '<p align=center>', 'text/markdown'],
    ['js', '#!/usr/bin/env node', 'text/javascript'],
    ['js', 'GIF89a/*', 'text/javascript'],
    ['csv', 'ID3,BM', 'text/csv'],
    ['csv', 'gr\xf6\xdfer', 'text/csv'],
    ['rs', '#![allow(unused)]', 'text/plain'],
    ['ts', 'const a = 1', 'text/plain'],
    ['py', '#!/usr/bin/python3', 'text/plain'],
    ['html', 'no tag', 'text/html'],
    ['xml', '<root/>', 'text/xml'],
    ['geojson', '{}', 'application/geo+json'],
  ])('.%s agrees with %j', async (extension, text, type) => {
    expect(await check(extension, text, 'image/png')).toMatchObject({ agrees: true, type })
  })

  test('is asked for in the head alone', async () => {
    expect(await check('txt', `${'a'.repeat(HEAD_SIZE)}\0`)).toMatchObject({ agrees: true })
  })

  test('in UTF-16 agrees, as spreadsheets write it', async () => {
    expect(await check('csv', utf16('a,b\r\n', 'little'))).toMatchObject({
      agrees: true,
      type: 'text/csv',
      found: 'text/plain',
    })
  })
})

describe('of an extension that nobody knows', () => {
  test.each([
    '<html>',
    '<svg>',
    '<?php',
    '#!/bin/sh',
    '\x7fELF\x02\x01',
    'MZ\x90\0\x03\0',
    '\xca\xfe\xba\xbe\0\0\0\x34',
  ])('%j must not hide there', async (head) => {
    expect(await check('unheard-of', head)).toMatchObject({ agrees: false })
  })

  test.each([
    ['some text', 'application/octet-stream'],
    ['\0\x01\x02', 'application/octet-stream'],
    ['<?xml version="1.0"?><gpx/>', 'application/xml'],
    ['PK\x03\x04\x14\0', 'application/zip'],
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'image/png'],
  ])('%j is taken', async (head, type) => {
    expect(await check('unheard-of', head)).toMatchObject({ agrees: true, type })
  })

  test.each(['', 'bin', '12'])('nothing is asked where it is %j', async (extension) => {
    expect(await check(extension, '\x7fELF\x02\x01\x01\0')).toMatchObject({ agrees: true, type: 'application/x-elf' })
  })
})

test('an empty file agrees with every name', async () => {
  expect(await check('png', '')).toEqual({ agrees: true, claimAgrees: true, type: 'image/png', found: 'image/png' })
  expect(await check('unheard-of', '')).toMatchObject({ agrees: true, type: 'application/octet-stream' })
})

describe('what the client claims', () => {
  test.each([
    ['png', PNG, 'image/png', true],
    ['png', PNG, 'application/octet-stream', true],
    ['png', PNG, 'image/x-png', true],
    ['png', PNG, 'text/html', false],
    ['png', PNG, 'application/xhtml+xml', false],
    ['png', PNG, 'text/plain', false],
    ['csv', latin1('a,b'), 'application/vnd.ms-excel', true],
    ['js', latin1('a()'), 'application/x-javascript', true],
    ['js', latin1('a()'), 'text/plain', true],
    ['xml', latin1('<a/>'), 'application/xml', true],
    ['html', latin1('<p>'), 'image/png', false],
    ['ogg', latin1('OggS\0\x02'), 'video/ogg', true],
  ])('for .%s (%#), %s %s: %s', async (extension, head, claimedType, claimAgrees) => {
    const honest = await check(extension, head)
    expect(await check(extension, head, claimedType)).toEqual({ ...honest, claimAgrees })
  })
})

test('every name and all bytes get an answer, which does not depend on what comes after the head', async () => {
  const extension = fc.oneof(
    fc.string(),
    fc.constantFrom('png', 'txt', 'docx', 'constructor', '__proto__', '../a', 'a b'),
  )
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 9000 }), fc.constantFrom(...HEADS.map(({ head }) => head)))
  await fc.assert(
    fc.asyncProperty(extension, bytes, async (name, head) => {
      const verdict = await check(name, head)
      expect(verdict).toEqual(await check(name, head.slice(0, HEAD_SIZE)))
      expect(verdict.type).toMatch(/^[!-:<-~]+\/[!-:<-~]+$/)
    }),
    { numRuns: 500 },
  )
})
