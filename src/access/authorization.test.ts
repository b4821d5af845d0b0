import { describe, expect, test } from 'vitest'
import { toAuthorization } from './authorization.ts'

const encode = (text: string): string => Buffer.from(text).toString('base64')

describe('an Authorization header', () => {
  test.each([
    ['a name and a password', 'ann:secret', 'ann', 'secret'],
    ['colons in the password', 'ann:a:b:', 'ann', 'a:b:'],
    ['letters of every script', 'Åsa:pässwörd-日本', 'Åsa', 'pässwörd-日本'],
    ['an empty password', 'ann:', 'ann', ''],
    ['an empty name', ':secret', '', 'secret'],
    ['spaces', 'ann b:  c ', 'ann b', '  c '],
    ['a byte order mark, which is a character like any other', '\uFEFFann:x', '\uFEFFann', 'x'],
  ])('of Basic holds %s', (_, text, name, secret) => {
    expect(toAuthorization(`Basic ${encode(text)}`)).toEqual({ scheme: 'basic', name, secret })
  })

  test.each(['BASIC', 'basic', 'bAsIc'])('has its scheme in any case (%s)', (scheme) => {
    expect(toAuthorization(`${scheme} ${encode('a:b')}`)).toEqual({ scheme: 'basic', name: 'a', secret: 'b' })
  })

  test('may lack the padding, and have spaces around', () => {
    expect(toAuthorization(`\t Basic   ${encode('a:b2').replace(/=+$/, '')} `)).toMatchObject({ secret: 'b2' })
    expect(toAuthorization(`Basic ${encode('a:b').replace(/=+$/, '')}`)).toMatchObject({ secret: 'b' })
  })

  test.each(['Bearer', 'bearer', 'BEARER'])('of %s is a token', (scheme) => {
    expect(toAuthorization(`${scheme} aZ09-._~+/!:==`)).toEqual({ scheme: 'bearer', secret: 'aZ09-._~+/!:==' })
  })

  test.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['a scheme alone', 'Basic'],
    ['a scheme and a space', 'Basic '],
    ['a token alone', encode('a:b')],
    ['another scheme', 'Digest username="ann"'],
    ['another scheme with one word', 'Negotiate abcd'],
    ['no colon', `Basic ${encode('ann')}`],
    ['nothing encoded', 'Basic ===='],
    ['a letter too many', `Basic ${encode('ann:b')}A`],
    ['characters that base64 lacks', 'Basic YTpi*'],
    ['base64 of URLs', 'Basic _-_-'],
    ['padding in the middle', 'Basic YTpi=YTpi'],
    ['too much padding', 'Basic YTpi===='],
    ['bytes that are not UTF-8', `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString('base64')}`],
    ['a surrogate in UTF-8', `Basic ${Buffer.from([0x3a, 0xed, 0xa0, 0x80]).toString('base64')}`],
    ['an overlong form in UTF-8', `Basic ${Buffer.from([0x61, 0xc0, 0xba, 0x62]).toString('base64')}`],
    ['two headers, joined', `Basic ${encode('a:b')}, Basic ${encode('a:b')}`],
    ['two tokens', 'Bearer a b'],
    ['parameters', 'Bearer token="a", b="c"'],
    ['a token beyond ASCII', 'Bearer tökén'],
    ['a line break', 'Bearer a\r\nb'],
    ['another space', 'Bearer\u00a0abc'],
  ])('with %s is not a credential', (_, header) => {
    expect(toAuthorization(header)).toBeUndefined()
  })

  test('of any length is read in no time that grows faster than it', () => {
    expect(toAuthorization(`Basic ${' '.repeat(1_000_000)}`)).toBeUndefined()
    expect(toAuthorization(`Basic ${'A'.repeat(1_000_001)}`)).toBeUndefined()
    expect(toAuthorization(`Bearer ${'a'.repeat(1_000_000)} b`)).toBeUndefined()
  })
})
