import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HEADS, latin1, utf16, zip } from './fixtures/heads.ts'
import { headText } from './head-text.ts'
import { HEAD_SIZE, realTypeOf } from './real-type.ts'

async function realType(head: Uint8Array): Promise<string | undefined> {
  const bytes = head.subarray(0, HEAD_SIZE)
  return (await realTypeOf(bytes, headText(bytes)))?.type
}

describe('HTML is found as browsers find it', () => {
  test.each([
    '<!DOCTYPE html>',
    '<!doctype HTML >',
    '<HTML>',
    '<head>',
    '<script src=x>',
    '<iframe\n',
    '<h1>',
    '<div>',
    '<font >',
    '<table>',
    '<a href=x>',
    '<style>',
    '<title>',
    '<b>',
    '<body\tonload=x>',
    '<br>',
    '<p>',
    '<!--x-->',
    '<!-- never ends',
    ' \t\r\n\f<html>',
    '\xef\xbb\xbf<html>',
    '\xef\xbb\xbf<html>\xff\0',
    '<html>\0binary',
    '<!doctype html><svg>',
  ])('%j', async (text) => {
    expect(await realType(latin1(text))).toBe('text/html')
  })

  test('in UTF-16 too, which browsers read by its byte order mark', async () => {
    for (const byteOrder of ['big', 'little'] as const) {
      expect(await realType(utf16('<html>\u0001', byteOrder))).toBe('text/html')
    }
  })

  test.each(['<', '<abc>', '<ab', '<html', '< html>', 'a <html>', '&lt;html&gt;', '<hello>', '<h2>'])(
    '%j is not one',
    async (text) => {
      expect(await realType(latin1(text))).toBeUndefined()
    },
  )
})

describe('other things that something may run are found', () => {
  test.each([
    ['<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', 'application/xhtml+xml'],
    ['<?xml version="1.0"?>\n<rss/>', 'application/xml'],
    ['<?xml version="1.0"?><!-- <svg> --><rss/>', 'application/xml'],
    ['<!-- licence --><Project/>', 'application/xml'],
    ['<!DOCTYPE kml><kml/>', 'application/xml'],
    ['<svg>', 'image/svg+xml'],
    ['  <SVG/>', 'image/svg+xml'],
    ['<!-- made by hand --><svg >', 'image/svg+xml'],
    ['<?xml-stylesheet href="a"?><x:svg>', 'image/svg+xml'],
    ['<!DOCTYPE svg [ <!ENTITY a "<b>"> ]><svg>', 'image/svg+xml'],
    ['<?php phpinfo();', 'application/x-httpd-php'],
    ['<?= 1 ?>', 'application/x-httpd-php'],
    ['#!/bin/sh\n', 'application/x-shellscript'],
    ['#! /usr/bin/env python3\n', 'application/x-shellscript'],
  ])('%j', async (text, type) => {
    expect(await realType(latin1(text))).toBe(type)
  })

  test('but no attribute of Rust', async () => {
    expect(await realType(latin1('#![allow(unused)]'))).toBeUndefined()
  })
})

describe('letters alone prove nothing in a text', () => {
  test.each([
    'BM is short for much',
    'MZ',
    'ID3 tags explained',
    'GIFTS for all',
    'FORM 27b',
    'PK\nzip',
    'the free world',
    '%!TEX root = a.tex',
    'RIFF',
    'solid ground',
    '070707 is a date',
    'FWS',
    'MP+',
    `G${'.'.repeat(187)}G`,
    'BM gr\xf6\xdfer',
  ])('%j', async (text) => {
    expect(await realType(latin1(text))).toBeUndefined()
  })

  test('in Korean neither, though a letter is the mark of an archive', async () => {
    expect(await realType(new TextEncoder().encode('`가나다'))).toBeUndefined()
  })
})

test('a script behind the mark of a picture is that picture', async () => {
  expect(await realType(latin1('GIF89a/*<script>*/=1'))).toBe('image/gif')
})

test('nothing is proven by empty or unknown bytes', async () => {
  for (const text of ['', 'x', '\0\0\0\0', 'hello', '\x01\x02\x03\x04\x05'])
    expect(await realType(latin1(text))).toBeUndefined()
})

describe('for any bytes', () => {
  const BYTES = fc.uint8Array({ maxLength: 6000 })
  /** A real head with bytes changed, cut or put in. */
  const MUTATED = fc
    .tuple(
      fc.constantFrom(...HEADS.map(({ head }) => head)),
      fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
      fc.option(fc.nat(5000)),
      fc.uint8Array({ maxLength: 64 }),
    )
    .map(([head, changes, length, tail]) => {
      const bytes = Uint8Array.from([...head.subarray(0, length ?? head.length), ...tail])
      for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte
      return bytes
    })

  test('it answers, with a type or with none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(BYTES, MUTATED), async (bytes) => {
        expect((await realType(bytes)) ?? 'none/proven').toMatch(/^[!-:<-~]+\/[!-:<-~]+$/)
      }),
      { numRuns: 1500 },
    )
  })

  test('and what comes after the head changes nothing', async () => {
    const start = fc.oneof(BYTES, MUTATED)
    await fc.assert(
      fc.asyncProperty(start, BYTES, async (bytes, rest) => {
        const head = new Uint8Array(HEAD_SIZE)
        head.set(bytes.subarray(0, HEAD_SIZE))
        expect(await realType(Uint8Array.from([...head, ...rest]))).toBe(await realType(head))
      }),
      { numRuns: 200 },
    )
  })
})

test.each([
  ['HTML', `${' '.repeat(HEAD_SIZE)}<html>`],
  ['a disk image', `${'\0'.repeat(32_769)}CD001`],
])('%s that begins only behind the head is not looked for', async (_, text) => {
  expect(await realType(latin1(text))).toBeUndefined()
})

test('an entry of a zip that grows a thousandfold is not unpacked', async () => {
  const bomb = zip({ '[Content_Types].xml': ' '.repeat(4_000_000) }, { deflate: true })
  expect(await realType(bomb)).toBe('application/zip')
})
