import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectationOf } from './content-table.ts'
import * as groups from './extension-groups.ts'
import { check, COMPOUND, JPEG, PNG } from './fixtures/check.ts'
import { ftyp, HEADS, latin1, utf16, zip } from './fixtures/heads.ts'
import { HEAD_SIZE } from './real-type.ts'

describe('a file that is what its name says agrees', () => {
  test.each(
    HEADS.map(({ extensions, head, type }, index) => [extensions.join(' '), type, index, extensions, head] as const),
  )('%s is %s (%i)', async (_, type, __, extensions, head) => {
    const [first = '', ...others] = extensions
    for (const mode of ['verify', 'exact'] as const) {
      expect(await check(first, head, { mode, takes: [] })).toMatchObject({ agrees: true, type })
      for (const other of others) {
        expect(await check(other, head, { mode, takes: [] })).toMatchObject({ agrees: true })
      }
    }
  })

  test('in more than forty formats', () => {
    expect(new Set(HEADS.map(({ type }) => type)).size).toBeGreaterThan(40)
  })

  test('in any case of its extension', async () => {
    expect(await check('PNG', PNG)).toMatchObject({ agrees: true })
    expect(await check('PNG', 'some text')).toMatchObject({ agrees: false })
  })
})

test('a zip is recorded as such, also if a folder in it looks like a document', async () => {
  const zips = HEADS.filter(({ extensions }) => extensions.includes('zip'))
  for (const { head } of zips) expect(await check('zip', head)).toMatchObject({ type: 'application/zip' })
})

describe('every extension of the groups', () => {
  const extensions = [...new Set(Object.values(groups).flat())]
  const isText = (extension: string) => expectationOf(extension).text === 'any'
  const isMagic = (extension: string) => expectationOf(extension).rest === 'none' && !isText(extension)

  test.each(extensions)('%s is known', (extension) => {
    expect(expectationOf(extension).type).toBeDefined()
  })

  test.each(extensions.filter(isText))('%s may be any text, and is named as such', async (extension) => {
    for (const text of ['some text', '<html>', '#!/bin/sh', 'a\x0bb\x01\x1a']) {
      expect(await check(extension, text, { mode: 'exact' })).toMatchObject({
        agrees: true,
        type: expect.stringMatching(/^text\/|json$/),
      })
    }
    expect(await check(extension, '\0\x01\x02')).toMatchObject({ agrees: false })
    expect(await check(extension, PNG)).toMatchObject({ agrees: false, found: 'image/png' })
  })

  test.each(extensions.filter(isMagic))('%s has to have its mark, and a real file shows it', async (extension) => {
    expect(HEADS.filter((head) => head.extensions.includes(extension))).not.toEqual([])
    const mode = 'exact'
    for (const other of ['\0\x01\x02', '<html>', '#!/bin/sh']) {
      expect(await check(extension, other, { mode })).toMatchObject({ agrees: false })
    }
    const agrees = extension === 'gnumeric' || extension === 'abw'
    expect(await check(extension, 'some text', { mode })).toMatchObject({ agrees })
  })

  test.each(groups.EXECUTABLES)('%s says nothing: a linker script is one, too', async (extension) => {
    expect(await check(extension, '/* GNU ld script */ GROUP ( a b )')).toMatchObject({ agrees: true })
    expect(await check(extension, PNG)).toMatchObject({ agrees: true, type: 'image/png' })
  })
})

describe('a file that is not what its name says disagrees', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['png', '<html><script>', 'text/html'],
    ['png', utf16('<html>', 'little'), 'text/html'],
    ['png', '<svg onload=alert(1)>', 'image/svg+xml'],
    ['jpg', 'II*\0\x08\0\0\0', 'image/tiff'],
    ['pdf', 'MZ\x90\0\x03\0\0\0', 'application/x-msdownload'],
    ['pdf', '<html>%PDF-1.4', 'text/html'],
    ['docx', '<?php', 'application/x-httpd-php'],
    ['svg', '<html><svg>', 'text/html'],
    ['txt', '\x7fELF\x02\x01\x01\0\0\0', 'application/x-elf'],
    ['csv', 'PK\x03\x04\x14\0', 'application/zip'],
    ['gif', 'GIFTS for all', 'text/plain'],
    ['mp3', '\0\0\0\0', 'application/octet-stream'],
    ['mp4', ftyp('heim', 'mif1', 'heic'), 'image/heic'],
    ['mp4', ftyp('zzzz', 'mif1', 'miaf'), 'image/heif'],
    ['mp4', '\0\0\0\x10ftypzzzz\0\0\0\0\0\0\x01\0meta\0\0\0\0\0\0\0\x21hdlr\0\0\0\0\0\0\0\0pict', 'image/heif'],
    ['svg', '<?xml version="1.0"?><rss/>', 'application/xml'],
    ['svg', '<!-- an svg --><rss/>', 'application/xml'],
    ['svg', '<!-- only a comment -->', 'text/html'],
    ['abw', '<html>', 'text/html'],
    ['gnumeric', '#!/bin/sh', 'application/x-shellscript'],
    ['doc', '<?php', 'application/x-httpd-php'],
    ['xls', '#!/bin/sh', 'application/x-shellscript'],
    ['doc', '<svg>', 'image/svg+xml'],
  ])('%s (%#)', async (extension, head, found) => {
    const takes = { except: ['tif', 'tiff'] }
    expect(await check(extension, head, { takes })).toMatchObject({ agrees: false, found })
  })

  test('with another kind of document in the same container', async () => {
    const others = HEADS.filter(({ extensions: [first] }) => ['xlsx', 'odt', 'docm', 'jar'].includes(first ?? ''))
    expect(others).toHaveLength(4)
    for (const { head } of others) expect(await check('docx', head)).toMatchObject({ agrees: false })
  })

  test('an installer called .doc is refused, if its directory lies in the head', async () => {
    const installer = latin1(COMPOUND.padEnd(512, '\0') + '\0'.repeat(512 + 80))
    new DataView(installer.buffer).setUint32(48, 1, true)
    const head = Uint8Array.from([...installer, ...latin1('\x84\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46')])
    expect(await check('doc', head)).toMatchObject({ agrees: false, found: 'application/x-msi' })
    expect(await check('msi', head)).toMatchObject({ agrees: true, type: 'application/x-msi' })
    expect(await check('doc', installer)).toMatchObject({ agrees: true, type: 'application/msword' })
  })
})

describe('a document with macros never passes for one without', () => {
  const contentTypes = (main: string) =>
    `<?xml version="1.0"?><Types><Override PartName="/main.xml" ContentType="${main}"/></Types>`
  const WORD = contentTypes('application/vnd.ms-word.document.macroEnabled.main+xml')

  test.each([
    ['docx', { '[Content_Types].xml': WORD }],
    ['dotx', { '[Content_Types].xml': WORD }],
    ['docx', { '_rels/.rels': '<a/>', 'word/document.xml': '<a/>', 'word/vbaProject.bin': 'x' }],
    ['xlsx', { 'xl/vbaProject.bin': 'x' }],
    ['xlsx', { '_rels/.rels': '<a/>', 'xl/workbook.bin': 'x' }],
    ['pptx', { 'ppt/vbaProject.bin': 'x' }],
    ['ppsx', { 'ppt/vbaProject.bin': 'x' }],
    ['odt', { 'word/vbaProject.bin': 'x' }],
    ['vsdx', { 'word/vbaProject.bin': 'x' }],
  ])('.%s (%#)', async (extension, entries) => {
    expect(await check(extension, zip(entries))).toMatchObject({
      agrees: false,
      found: expect.stringContaining('macroenabled'),
    })
  })

  test('and is recorded as what it is under its own name', async () => {
    const macros = zip({ 'xl/vbaProject.bin': 'x' })
    expect(await check('xlsm', macros)).toMatchObject({ agrees: true, type: expect.stringContaining('macroenabled') })
    expect(await check('zip', macros)).toMatchObject({ agrees: true, type: 'application/zip' })
  })
})

describe('text', () => {
  test.each([
    ['txt', '<html>source', 'text/plain'],
    ['md', '<p align=center>', 'text/markdown'],
    ['js', '#!/usr/bin/env node', 'text/javascript'],
    ['csv', 'ID3,BM', 'text/csv'],
    ['csv', 'gr\xf6\xdfer', 'text/csv'],
    ['csv', 'a\x0bb\nBM,MZ', 'text/csv'],
    ['txt', 'the end\x1a', 'text/plain'],
    ['txt', '\xff\xe2\xeb\xff in Cyrillic of Windows', 'text/plain'],
    ['txt', '\xff\nin Cyrillic of Windows', 'text/plain'],
    ['rs', '#![allow(unused)]', 'text/plain'],
    ['ts', 'const a = 1', 'text/plain'],
    ['py', '#!/usr/bin/python3', 'text/plain'],
    ['html', 'no tag', 'text/html'],
    ['xml', '<root/>', 'text/xml'],
    ['geojson', '{}', 'application/geo+json'],
    ['kml', '<?xml version="1.0"?><kml/>', 'application/vnd.google-earth.kml+xml'],
    ['m3u', '#EXTM3U', 'application/vnd.apple.mpegurl'],
    ['pls', '[playlist]', 'text/plain'],
    ['mpd', '<?xml version="1.0"?><MPD/>', 'application/dash+xml'],
    ['def', 'LIBRARY a', 'text/plain'],
  ])('.%s agrees with %j', async (extension, text, type) => {
    expect(await check(extension, text, { mode: 'exact' })).toMatchObject({ agrees: true, type })
  })

  const FRAME = `\xff\xfb\x90\x64${'a'.repeat(413)}`

  test.each([
    ['%PDF-1.4', 'application/pdf'],
    [String.raw`{\rtf1 hello}`, 'application/rtf'],
    ['%!PS-Adobe-3.0', 'application/postscript'],
    ['GIF89a/*<script>*/=1', 'image/gif'],
    ['\x1f\x8b\x08\x08abcdef', 'application/gzip'],
    [FRAME + FRAME, 'audio/mpeg'],
    ['BZh91AY&SY', 'application/x-bzip2'],
  ])('is not what begins like a binary format: %j', async (text, found) => {
    expect(await check('txt', text)).toMatchObject({ agrees: false, found })
    expect(await check('js', text)).toMatchObject({ agrees: false, found })
  })

  test.each(['a\0b', '<html>\0', '<?xml version="1.0"?>\0'])(
    'has no NUL, and that is the reason which is told: %j',
    async (text) => {
      for (const extension of ['txt', 'html', 'xml', 'ts']) {
        expect(await check(extension, text)).toEqual({
          agrees: false,
          type: 'application/octet-stream',
          found: 'application/octet-stream',
          reason: 'it has a NUL byte, so it is not text',
        })
      }
    },
  )

  test('is asked for in the head alone', async () => {
    expect(await check('txt', `${'a'.repeat(HEAD_SIZE)}\0`)).toMatchObject({ agrees: true })
  })

  test('in UTF-16 and UTF-32 agrees, as spreadsheets write it', async () => {
    const utf32 = latin1('\xff\xfe\0\0a\0\0\0,\0\0\0')
    for (const head of [utf16('a,b\r\n', 'little'), utf16('a,b\r\n', 'big'), utf32, latin1('\0\0\xfe\xff\0\0\0a')]) {
      expect(await check('csv', head)).toEqual({ agrees: true, type: 'text/csv', found: 'text/plain' })
    }
  })
})

describe('an extension that is not known', () => {
  test.each([
    ['some text', 'application/octet-stream'],
    ['\0\x01\x02', 'application/octet-stream'],
    ['<!-- licence -->\n<Project Sdk="Microsoft.NET.Sdk">', 'application/xml'],
    ['<?xml version="1.0"?><gpx/>', 'application/xml'],
    ['<html>', 'text/html'],
    ['MZ\x90\0\x03\0', 'application/x-msdownload'],
    ['#!/bin/sh', 'application/x-shellscript'],
    ['PK\x03\x04\x14\0', 'application/zip'],
    [COMPOUND, 'application/x-cfb'],
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'image/png'],
    [JPEG, 'image/jpeg'],
    // So few bytes do not prove a type that a browser shows.
    ['\0\0\x01\0\x01\0\x10\x10', 'application/octet-stream'],
    ['BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0', 'application/octet-stream'],
    ['\xff\xfb\x90\x64\0\0\0\0', 'application/octet-stream'],
    ['II*\0\x08\0\0\0\x01\0\0\x01\x03\0', 'application/octet-stream'],
    ['RIFF\x70\x11\x01\0sfbk', 'application/octet-stream'],
    ['FORM\0\0\x10\0LWO2', 'application/x-iff'],
  ])('says nothing: %j is taken', async (head, type) => {
    for (const extension of ['unheard-of', '', 'bin', '12']) {
      expect(await check(extension, head)).toMatchObject({ agrees: true, type })
    }
  })

  test.each([
    '<html>',
    '<svg>',
    '<?php',
    '#!/bin/sh',
    '\x7fELF\x02\x01',
    'MZ\x90\0\x03\0',
    '\xca\xfe\xba\xbe\0\0\0\x34',
  ])('must not hide %j from an exact set', async (head) => {
    expect(await check('unheard-of', head, { mode: 'exact' })).toMatchObject({ agrees: false })
    for (const extension of ['', 'bin', '12']) {
      expect(await check(extension, head, { mode: 'exact' })).toMatchObject({ agrees: true })
    }
  })
})

test('an empty file agrees with every name', async () => {
  expect(await check('png', '')).toEqual({ agrees: true, type: 'image/png', found: 'image/png' })
  expect(await check('unheard-of', '')).toMatchObject({ agrees: true, type: 'application/octet-stream' })
})

test('every name and all bytes get an answer, which does not depend on what comes after the head', async () => {
  const extension = fc.oneof(
    fc.string(),
    fc.constantFrom('png', 'txt', 'docx', 'doc', 'mp3', 'tga', 'constructor', '__proto__', '../a', 'a b'),
  )
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 9000 }), fc.constantFrom(...HEADS.map(({ head }) => head)))
  await fc.assert(
    fc.asyncProperty(extension, bytes, fc.constantFrom('verify', 'exact'), async (name, head, mode) => {
      const verdict = await check(name, head, { mode })
      expect(verdict).toEqual(await check(name, head.slice(0, HEAD_SIZE), { mode }))
      expect(verdict.type).toMatch(/^[!-:<-~]+\/[!-:<-~]+$/)
    }),
    { numRuns: 500 },
  )
})
