import { describe, expect, test } from 'vitest'
import { expectationOf } from './content-table.ts'
import * as groups from './extension-groups.ts'
import { ALL } from './extension-rule.ts'
import type { ExtensionRule } from './extension-rule.ts'
import { check, COMPOUND, JPEG, PNG } from './fixtures/check.ts'
import { ftyp, zip } from './fixtures/heads.ts'

const ZIP = zip({ 'a.bin': '\x01\x02' })

describe('another format of the same kind is recorded as what it is, if the set takes it under its own name', () => {
  const WAV = 'RIFF\x70\x11\x01\0WAVEfmt \x10\0\0\0\x01\0\x01\0'
  const SEVEN_ZIP = "7z\xbc\xaf'\x1c\0\x04"

  test.each<[string, string | Uint8Array, string, readonly string[]]>([
    ['jpg', PNG, 'image/png', ['png']],
    ['png', JPEG, 'image/jpeg', ['jpeg']],
    ['webp', 'GIF89a\x01\0\x01\0\x80', 'image/gif', ['gif']],
    ['heic', JPEG, 'image/jpeg', ['jpg']],
    ['jpg', ftyp('heic'), 'image/heic', ['heic']],
    ['tif', PNG, 'image/png', ['png']],
    ['mp3', WAV, 'audio/wav', ['wav']],
    ['mp3', ftyp('isom'), 'audio/mp4', ['m4a']],
    ['wav', 'OggS\0\x02\0\0', 'audio/ogg', ['ogg']],
    ['mp4', '\x1aE\xdf\xa3\x8b\x42\x82\x84webm\x18S\x80g', 'video/webm', ['webm']],
    ['webm', ftyp('isom'), 'video/mp4', ['mp4']],
    ['zip', SEVEN_ZIP, 'application/x-7z-compressed', ['7z']],
    ['rar', zip({ 'a.txt': 'a' }), 'application/zip', ['zip']],
    ['tar', '\x1f\x8b\x08\0\0\0\0\0', 'application/gzip', ['tgz']],
  ])('.%s (%#)', async (extension, head, type, extensions) => {
    const [suggestion = ''] = extensions
    const takes = [extension, ...extensions]
    expect(await check(extension, head, { takes })).toMatchObject({ agrees: true, type })
    expect(await check(extension, head)).toMatchObject({ agrees: true, type })
    expect(await check(extension, head, { takes: [extension] })).toMatchObject({ agrees: false })
    const exact = await check(extension, head, { mode: 'exact', takes })
    expect(exact).toMatchObject({ agrees: false })
    if (exact.found === type) expect(exact.suggestion).toBe(suggestion)
  })

  test.each<[string, string | Uint8Array]>([
    ['ico', JPEG],
    ['psd', PNG],
    ['dng', JPEG],
    ['svg', PNG],
    ['svg', '\x1f\x8b\x08\0'],
    ['jp2', JPEG],
    ['docx', '%PDF-1.4'],
    ['pdf', PNG],
    ['ttf', 'wOFF\0\x01\0\0\0\0\x10\0'],
    ['png', ftyp('isom')],
    ['mp4', '\xff\xfb\x90\x64\0\0\0\0'],
    ['gif', ftyp('isom')],
    ['zip', '!<arch>\ndebian-binary   '],
    ['rar', zip({ 'META-INF/MANIFEST.MF': 'x' })],
    ['jar', SEVEN_ZIP],
    ['deb', zip({ 'a.txt': 'a' })],
    ['mp3', '#EXTM3U\na.mp3'],
  ])('but %s does not vary (%#)', async (extension, head) => {
    expect(await check(extension, head)).toMatchObject({ agrees: false })
  })
})

describe('a refusal suggests the extension under which the set takes the file', () => {
  test.each<[string, string | Uint8Array, ExtensionRule, string | undefined]>([
    ['jpg', PNG, ['jpg'], undefined],
    ['pdf', PNG, ['pdf', 'png'], 'png'],
    ['png', '<html>', ALL, 'html'],
    ['png', '<html>', groups.IMAGES, undefined],
    ['png', 'some text', groups.DEFAULTS, 'txt'],
    ['mp4', ftyp('heic'), groups.PHOTOS, 'heic'],
    ['pdf', JPEG, ['pdf', 'jpeg'], 'jpeg'],
    ['txt', 'a\0', ALL, undefined],
  ])('.%s (%#)', async (extension, head, takes, suggestion) => {
    const verdict = await check(extension, head, { takes })
    expect([verdict.agrees, verdict.suggestion]).toEqual([false, suggestion])
  })
})

describe('the extension tells what a container or a few bytes leave open', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['kmz', ZIP, 'application/vnd.google-earth.kmz'],
    ['key', ZIP, 'application/vnd.apple.keynote'],
    ['numbers', zip({ 'Index/Document.iwa': 'x' }), 'application/vnd.apple.numbers'],
    ['xlsb', ZIP, 'application/vnd.ms-excel.sheet.binary.macroenabled.12'],
    ['xlsb', zip({ 'xl/workbook.bin': 'x' }), 'application/vnd.ms-excel.sheet.binary.macroenabled.12'],
    ['vsd', COMPOUND, 'application/vnd.visio'],
    ['pub', COMPOUND, 'application/vnd.ms-publisher'],
    ['mpp', COMPOUND, 'application/vnd.ms-project'],
    ['mpd', COMPOUND, 'application/x-cfb'],
    ['mpd', '\0\x01\0\0Standard Jet DB', 'application/octet-stream'],
    ['lwo', 'FORM\0\0\x10\0LWO2', 'application/x-iff'],
    ['iff', 'FORM\0\0\x10\0ILBM', 'image/x-ilbm'],
    ['tga', '\0\0\x02\0\0\0\0\0\0\0\0\0\x01\0\x01\0\x18\0', 'image/x-tga'],
    ['wk1', '\0\0\x02\0\x06\x04\x06\0', 'application/vnd.lotus-1-2-3'],
    ['chm', 'ITSF\x03\0\0\0\x60\0\0\0', 'application/vnd.ms-htmlhelp'],
    ['lnk', 'L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46', 'application/x-ms-shortcut'],
    ['reg', 'REGEDIT4\r\n\r\n[HKEY_CURRENT_USER]', 'application/x-ms-regedit'],
    ['nef', 'MM\0*\0\0\0\x08\0\x1b\0\xfe\0\x04', 'image/x-nikon-nef'],
    ['dia', '\x1f\x8b\x08\0\0\0\0\0', 'application/x-dia-diagram'],
    ['tga', PNG, 'image/png'],
  ])('.%s (%#)', async (extension, head, type) => {
    expect(await check(extension, head)).toMatchObject({ agrees: true, type })
  })
})

describe('spreadsheets and letters of web programs are recorded as what their names say', () => {
  test.each([
    '<html><table>',
    '<?xml version="1.0"?><Workbook/>',
    'a\tb\n1\t2\n',
    'MIME-Version: 1.0\nContent-Type: x/y',
  ])('%j', async (text) => {
    expect(await check('xls', text)).toMatchObject({ agrees: true, type: 'application/vnd.ms-excel' })
    expect(await check('doc', text)).toMatchObject({ agrees: true, type: 'application/msword' })
    for (const extension of ['docx', 'xlsx', 'ppt']) {
      expect(await check(extension, text)).toMatchObject({ agrees: false })
    }
    expect(await check('xls', text, { mode: 'exact' })).toMatchObject({ agrees: false })
  })
})

describe('a PDF may stand behind something else', () => {
  const banner = 'GPL Ghostscript 9.50: some line\n'

  test('within 1,024 bytes', async () => {
    expect(await check('pdf', `${banner}%PDF-1.4`)).toMatchObject({ agrees: true, type: 'application/pdf' })
    expect(await check('pdf', `${' '.repeat(1019)}%PDF-1.4`)).toMatchObject({ agrees: true })
    expect(await check('pdf', `${' '.repeat(1020)}%PDF-1.4`)).toMatchObject({ agrees: false })
  })

  test.each(['<html>', '<?php ', '#!/bin/sh\n', 'MZ\x90\0\x03\0', '\x7fELF\x02\x01\0', 'PK\x03\x04\x14\0'])(
    'but not behind %j, which decides',
    async (first) => {
      expect(await check('pdf', `${first}%PDF-1.4`)).toMatchObject({ agrees: false })
    },
  )

  test('but only under the extension .pdf', async () => {
    expect(await check('txt', `${banner}%PDF-1.4`)).toMatchObject({ agrees: true, type: 'text/plain' })
    expect(await check('png', `${banner}%PDF-1.4`)).toMatchObject({ agrees: false })
  })
})

describe('other files that begin unlike most of their kind are known by their names', () => {
  test.each([
    ['ps', '\x04%!PS-Adobe-3.0'],
    ['eps', '%!\n'],
    ['ps', '\x1b%-12345X@PJL\n%!PS'],
    ['tar', '\0'.repeat(1024)],
    ['doc', '\xdb\xa5\x2d\0\0\0'],
    ['xls', '\x09\x04\x06\0\0\0\x10\0'],
    ['mp3', `\0\0\0${`\xff\xfb\x90\x64${'\0'.repeat(413)}`.repeat(2)}`],
    ['zip', 'PK00PK\x03\x04\x14\0'],
    ['mov', '\0\0\0\x08skip'],
    ['svg', `<!-- ${'x'.repeat(4200)} --><svg/>`],
    ['svg', `<?xml version="1.0"?><!-- ${'x'.repeat(4200)} --><svg/>`],
  ])('.%s (%#)', async (extension, head) => {
    expect(await check(extension, head)).toMatchObject({ agrees: true, type: expectationOf(extension).type })
    expect(await check('png', head)).toMatchObject({ agrees: false })
  })
})
