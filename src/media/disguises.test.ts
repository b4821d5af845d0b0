import { mimes } from 'mrmime'
import { expect, test } from 'vitest'
import { checkContent } from './check-content.ts'
import { latin1, utf16 } from './fixtures/heads.ts'
import { FORMATS, FORMATS_OR_TEXT } from './format-table.ts'
import { PASSIVE } from './type-table.ts'

/** The beginnings of files that a browser, a server or a system may run. */
const ACTIVE: Readonly<Record<string, Uint8Array>> = {
  ELF: latin1(`\x7fELF\x02\x01\x01${'\0'.repeat(9)}\x03\0\x3e\0\x01\0\0\0`),
  'a program for Windows': latin1(`MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0${'\0'.repeat(44)}\x40\0\0\0PE\0\0\x64\x86`),
  'Mach-O': latin1('\xcf\xfa\xed\xfe\x07\0\0\x01'),
  'Mach-O for two processors': latin1('\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07'),
  'a class of Java': latin1('\xca\xfe\xba\xbe\0\0\0\x34\0\x10'),
  'a program for Android': latin1('dex\n035\0\x8b\x01\x02'),
  WebAssembly: latin1('\0asm\x01\0\0\0'),
  Flash: latin1('CWS\x09\0\x10\0\0x\x9c'),
  'a shortcut': latin1('L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46\x9b\0\x08\0'),
  'entries for the registry': utf16('Windows Registry Editor Version 5.00\r\n\r\n', 'little'),
  'help with scripts': latin1('ITSF\x03\0\0\0\x60\0\0\0\x01\0\0\0'),
  'a shell script': latin1('#!/bin/sh\nrm -rf /\n'),
  'a script of Python': latin1('#!/usr/bin/env python3\n'),
  PHP: latin1('<?php phpinfo();'),
  'short PHP': latin1('\n <?= 1 ?>'),
  HTML: latin1('<!doctype html><script>alert(1)</script>'),
  'HTML behind a byte order mark': latin1('\xef\xbb\xbf<html>'),
  'HTML in UTF-16': utf16('<html><script>', 'big'),
  'HTML behind a comment': latin1('<!-- a --><script>alert(1)</script>'),
  'HTML behind a long comment': latin1(`<!-- ${'x'.repeat(5000)} --><script>`),
  'HTML with a NUL': latin1('<script>\0\x01</script>'),
  XHTML: latin1('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'),
  SVG: latin1('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
  'SVG behind a prolog': latin1('<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg/>'),
}

/** Formats that may be run, or hold markup, themselves. */
const NOT_PASSIVE: ReadonlySet<string> = new Set(
  'chm class dex dylib lnk msi msp mst swf wasm jar war ear apk deb rpm'.split(' '),
)

const BY_MRMIME = Object.entries(mimes).flatMap(([extension, type]) =>
  /^(?:image|audio|video|font)\//.test(type) && type !== 'image/svg+xml' ? [extension] : [],
)
const BY_TABLE = [...FORMATS, ...FORMATS_OR_TEXT, ...PASSIVE].flatMap(([extensions]) => extensions.split(' '))

/** Text by its name, and video too. */
const TEXTS: ReadonlySet<string> = new Set(['ts', 'mts'])

const PASSIVE_EXTENSIONS = [...new Set([...BY_TABLE, ...BY_MRMIME])].filter(
  (extension) => !NOT_PASSIVE.has(extension) && !TEXTS.has(extension),
)

/** Markup that is what these names say. */
function isHonest(extension: string, name: string): boolean {
  if (extension === 'svg') return name.startsWith('SVG') || name === 'HTML behind a long comment'
  if (extension === 'svgz') return name.startsWith('SVG')
  // Web programs write pages under these names.
  return (extension === 'doc' || extension === 'xls') && /^X?HTML/.test(name)
}

test('there are hundreds of extensions under which nothing active may pass', () => {
  expect(PASSIVE_EXTENSIONS.length).toBeGreaterThan(300)
})

test.each(PASSIVE_EXTENSIONS)(
  'no program and no markup passes under the extension of anything else: .%s',
  async (extension) => {
    const passed: string[] = []
    for (const mode of ['verify', 'exact'] as const) {
      for (const [name, head] of Object.entries(ACTIVE)) {
        const { agrees } = await checkContent({ extension, head }, { mode, takes: () => true })
        if (agrees && !isHonest(extension, name)) passed.push(`${name} (${mode})`)
      }
    }
    expect(passed).toEqual([])
  },
)
