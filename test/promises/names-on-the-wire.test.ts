import { existsSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openSite } from '../../src/handler/fixtures/site.ts'
import type { Site } from '../../src/handler/fixtures/site.ts'
import { ALL } from '../../src/media/extension-rule.ts'
import type { RawAnswer } from '../../src/testing/adapter-contract/raw-client.ts'

/** The ways in which a client can send a name. */
const WAYS: Record<string, (name: string) => string> = {
  'a part of a form': (name) => form(`filename="${name.replaceAll('"', '%22')}"`),
  'the filename* of a part': (name) => form(`filename*=UTF-8''${percentEncoded(name)}`),
  'a percent-encoded part of a form': (name) => form(`filename="${encodeURIComponent(name)}"`),
  'an RFC 2047 word in a form': (name) => form(`filename="=?utf-8?B?${Buffer.from(name).toString('base64')}?="`),
  'Content-Disposition': (name) => post(`filename="${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`),
  'the filename* of Content-Disposition': (name) => post(`filename*=UTF-8''${percentEncoded(name)}`),
}

const everything = { policy: { extensions: ALL, content: 'trust' } } as const

describe.each(Object.entries(WAYS))('by %s', (_, request) => {
  test.each([
    '../escape.txt',
    '../../../../../../tmp/escape.txt',
    '/tmp/escape.txt',
    '..\\escape.txt',
    'C:\\escape.txt',
    '\\\\host\\share\\escape.txt',
    'a/../../escape.txt',
    '.decant/records',
    '.decant/drafts/escape.txt',
    '..',
    '.',
    '/',
    '....//escape.txt',
    '%2e%2e%2fescape.txt',
    '..%2fescape.txt',
    '..\u2215escape.txt',
    '\uff0e\uff0e\uff0fescape.txt',
  ])('no spelling of a path leads out of the folder: %s', async (name) => {
    await using site = await openSite(everything)
    const target = resolve(site.folder, name)
    const wasThere = existsSync(target)
    const key = await storedKey(site, request(name))
    expect(key).not.toMatch(/[/\\]|^\./)
    expect(await publicFiles(site)).toEqual([key])
    if (!target.startsWith(site.folder + sep)) expect(existsSync(target)).toBe(wasThere)
  })

  test.each([
    'CON',
    'nul.txt',
    'com1.tar.gz',
    'COM\u00b9.txt',
    'a.txt:stream',
    'a.txt::$DATA',
    '-rf',
    '\uff0drf.txt',
    '.htaccess',
    ' .bashrc',
    'a.txt.',
    'a.txt ',
    'a.txt. . .',
    'invoice\u202efdp.exe',
    'a\u200bb\u00ad\ufeff.txt',
    'a\u0085b\u2028c.txt',
    'ä'.repeat(300),
    `${'漢'.repeat(300)}.txt`,
    `${'👨‍👩‍👧‍👦'.repeat(50)}.png`,
    'a?b*c<d>e|f.txt',
    `${'a'.repeat(300)}.${'b'.repeat(300)}`,
  ])('a stored name is safe for any name of the client: %j', async (name) => {
    await using site = await openSite(everything)
    const key = await storedKey(site, request(name))
    expect(Buffer.byteLength(key)).toBeLessThanOrEqual(255)
    expect(key).toBe(key.normalize('NFC'))
    expect(key).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}<>:"|?*;\\/]/u)
    // A joiner stays only within a family of emoji.
    expect(key.replaceAll(/(?<=\p{Emoji})\u200d(?=\p{Emoji})/gu, '')).not.toMatch(/\p{Cf}/u)
    expect(key).not.toMatch(/^[. \-\uff0d]|[. ]$/)
    expect(key).not.toMatch(/^(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?:\.|$)/i)
    expect(await publicFiles(site)).toEqual([key])
  })
})

test.each(['CON', 'a.txt:stream', '-rf', 'a.txt.', 'a%E2%80%AEb.txt', 'a'.repeat(256), '%C2%85.txt'])(
  'a URL with an unsafe name stores no file: %s',
  async (path) => {
    await using site = await openSite(everything)
    const answer = await site.ask(`PUT /${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`)
    expect(answer.status).toBe(400)
    expect(await site.everyFile()).toEqual([])
  },
)

test.each([
  ['a%E2%80%AEb.txt', 'U+202E'],
  ['%C2%85.txt', 'U+0085'],
  ['a%E2%80%8B.txt', 'U+200B'],
  ['a.t%E2%80%8Dxt', 'U+200D'],
])('a URL with an invisible character is refused with its code point: %s', async (path, codePoint) => {
  await using site = await openSite(everything)
  const answer = await site.ask(`PUT /${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`)
  expect(JSON.parse(answer.body.toString())).toMatchObject({
    code: 'invalid-key',
    detail: expect.stringContaining(codePoint),
  })
})

test.each([
  'IMG_0001.JPG',
  'U\u0308.txt',
  'می\u200cخواهم.pdf',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467} (1).png',
  'two  spaces\u00a0and\u3000more.txt',
  'Why？：＊｜.txt',
  'Wait….txt',
])('a URL with a usual name stores a file of that name: %s', async (name) => {
  await using site = await openSite(everything)
  const answer = await site.ask(
    `PUT /${encodeURIComponent(name)} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`,
  )
  expect([answer.status, keyOf(answer)]).toEqual([201, name.normalize('NFC')])
})

async function storedKey(site: Site, request: string): Promise<string> {
  const answer = await site.ask(request)
  expect(answer.status, answer.body.toString()).toBe(201)
  return keyOf(answer)
}

function keyOf({ body }: RawAnswer): string {
  const created: unknown = JSON.parse(body.toString())
  expect(created).toMatchObject({ files: [{ key: expect.any(String) }] })
  return (
    /"key":("(?:[^"\\]|\\.)*")/
      .exec(body.toString())
      ?.slice(1)
      .map((text) => String(JSON.parse(text)))[0] ?? ''
  )
}

/** Every file of the folder except the records. */
async function publicFiles(site: Site): Promise<string[]> {
  return (await site.everyFile()).filter((path) => !path.startsWith(`.decant${sep}records`))
}

/** A request is written byte by byte, so its text is UTF-8 in Latin-1. */
function form(filename: string): string {
  const body = bytes(`--b\r\nContent-Disposition: form-data; name="f"; ${filename}\r\n\r\nhello\r\n--b--\r\n`)
  return `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

function post(filename: string): string {
  return `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Disposition: attachment; ${bytes(filename)}\r\n\r\nhello`
}

/** Percent-encodes every byte, as RFC 8187 allows. */
function percentEncoded(text: string): string {
  return Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
}

function bytes(text: string): string {
  return Buffer.from(text).toString('latin1')
}
