import { describe, expect, test } from 'vitest'
import { isUploadError } from '../errors/upload-error.ts'
import { signedLinks } from './signed-links.ts'
import type { LinkedFile, LinkTarget, SignedLinks } from './signed-links.ts'

const SECRET = 'x'.repeat(32)
const VERSION = { storedAt: '2026-11-05T12:00:00.123Z', size: 1234 }
const PHOTO = { set: 'photos', key: 'users/7/Cat & dog.jpg', ...VERSION }
const URL_OF_PHOTO = '/photos/users/7/Cat%20%26%20dog.jpg'
const PAST = new Date('2001-02-03T04:05:06Z')

function queryOf(url: string): URLSearchParams {
  return new URL(url, 'http://localhost').searchParams
}

/** `opens`, or the code of the refusal. */
async function verdict(
  links: SignedLinks,
  file: LinkedFile | LinkTarget,
  query: URLSearchParams | string,
): Promise<string> {
  try {
    const link = await links.verify(file, new URLSearchParams(query))
    link.check('storedAt' in file ? file : undefined)
    return 'opens'
  } catch (error) {
    if (!isUploadError(error)) throw error
    return error.code
  }
}

describe('a signed link', () => {
  const links = signedLinks({ secret: SECRET })

  test('opens its file, for an hour by default', async () => {
    const before = Math.floor(Date.now() / 1000)
    const url = await links.sign(PHOTO, URL_OF_PHOTO)
    expect(url).toMatch(
      /^\/photos\/users\/7\/Cat%20%26%20dog\.jpg\?opens=[a-z\d]+-ya&expires=\d{10}&signature=[\w-]{43}$/,
    )
    expect(Number(queryOf(url).get('expires')) - before).toBeGreaterThanOrEqual(3600)
    expect(Number(queryOf(url).get('expires')) - before).toBeLessThan(3700)
    expect(await verdict(links, PHOTO, queryOf(url))).toBe('opens')
  })

  test('has the signature that a program with the secret can compute', async () => {
    const url = await links.sign(PHOTO, '/a', { expiresAt: new Date(1_800_000_000_000) })
    const key = await crypto.subtle.importKey(
      'raw',
      new TextEncoder().encode(SECRET),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    )
    const signatureOf = async (text: string): Promise<string> =>
      Buffer.from(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))).toString('base64url')
    const version = `${Date.parse(VERSION.storedAt).toString(36)}-ya`
    const text = `["decant-link-2","photos","users/7/Cat & dog.jpg","${version}","1800000000"]`
    expect(url).toBe(`/a?opens=${version}&expires=1800000000&signature=${await signatureOf(text)}`)
    const toKey = await links.sign(PHOTO, '/a', { expiresAt: new Date(1_800_000_000_000), opens: 'key' })
    const former = '["decant-link-1","photos","users/7/Cat & dog.jpg","1800000000"]'
    expect(toKey).toBe(`/a?expires=1800000000&signature=${await signatureOf(former)}`)
  })

  test('joins a query and a fragment that are there already', async () => {
    expect(await links.sign(PHOTO, 'https://x.example/a?download#page=2')).toMatch(
      /^https:\/\/x\.example\/a\?download&opens=[a-z\d-]+&expires=\d+&signature=[\w-]{43}#page=2$/,
    )
    const url = await links.sign(PHOTO, '/a?download')
    expect(await verdict(links, PHOTO, queryOf(url))).toBe('opens')
  })

  test('opens no other file and no other set, even if names could be read in two ways', async () => {
    const query = queryOf(await links.sign({ set: 'a', key: 'b/c', ...VERSION }, '/'))
    expect(await verdict(links, { set: 'a', key: 'b/c', ...VERSION }, query)).toBe('opens')
    for (const file of [
      { set: 'b', key: 'b/c' },
      { set: 'a', key: 'b/C' },
      { set: 'a', key: 'b%2Fc' },
      { set: 'a/b', key: 'c' },
      { set: 'a","b/c', key: '' },
      { set: '', key: 'a/b/c' },
    ]) {
      expect(await verdict(links, file, query), JSON.stringify(file)).toBe('invalid-link')
    }
  })

  test('that has expired is told so, and only if it is genuine', async () => {
    const query = queryOf(await links.sign(PHOTO, '/', { expiresAt: PAST }))
    expect(await verdict(links, PHOTO, query)).toBe('link-expired')
    expect(await verdict(links, { ...PHOTO, key: 'other.jpg' }, query)).toBe('invalid-link')
    query.set('signature', 'A'.repeat(43))
    expect(await verdict(links, PHOTO, query)).toBe('invalid-link')
  })

  test('opens no other file that has its key now, and nothing if its file is gone', async () => {
    const query = queryOf(await links.sign(PHOTO, '/'))
    const versions = [
      { storedAt: '2026-11-05T12:00:00.124Z' },
      { storedAt: '2026-11-05T12:00:00.122Z' },
      { size: 1233 },
      { size: 0 },
    ]
    for (const other of versions) {
      expect(await verdict(links, { ...PHOTO, ...other }, query), JSON.stringify(other)).toBe('file-gone')
    }
    expect(await verdict(links, { set: PHOTO.set, key: PHOTO.key }, query)).toBe('file-gone')
    expect(await verdict(links, { ...PHOTO, storedAt: new Date(VERSION.storedAt) }, query)).toBe('opens')
    expect(await verdict(links, { ...PHOTO, storedAt: '2026-11-05T13:00:00.123+01:00' }, query)).toBe('opens')
  })

  test('cannot be given another version, nor lose its own', async () => {
    const query = queryOf(await links.sign(PHOTO, '/'))
    const version = query.get('opens') ?? ''
    for (const other of ['', '0-0', `${version}0`, version.toUpperCase(), ` ${version}`]) {
      query.set('opens', other)
      expect(await verdict(links, PHOTO, query), other).toBe('invalid-link')
    }
    query.append('opens', version)
    expect(await verdict(links, PHOTO, query)).toBe('invalid-link')
    query.delete('opens')
    expect(await verdict(links, PHOTO, query)).toBe('invalid-link')
  })

  test('to a key opens whatever file has the key, and cannot become a link to a file', async () => {
    const query = queryOf(await links.sign({ set: PHOTO.set, key: PHOTO.key }, '/', { opens: 'key' }))
    expect(await verdict(links, PHOTO, query)).toBe('opens')
    expect(await verdict(links, { ...PHOTO, size: 1 }, query)).toBe('opens')
    expect(await verdict(links, { ...PHOTO, key: 'other.jpg' }, query)).toBe('invalid-link')
    query.set('opens', queryOf(await links.sign(PHOTO, '/')).get('opens') ?? '')
    expect(await verdict(links, PHOTO, query)).toBe('invalid-link')
  })

  test.each([
    ['no time', { storedAt: undefined }],
    ['a time that is not valid', { storedAt: 'yesterday' }],
    ['no size', { size: undefined }],
    ['a size that is text', { size: '1234' }],
    ['a negative size', { size: -1 }],
  ])('cannot be made for a file with %s, and the mistake names the way out', async (_, change) => {
    // As a program without types may.
    const file: LinkedFile = JSON.parse(JSON.stringify({ ...PHOTO, ...change }))
    await expect(links.sign(file, '/')).rejects.toThrow('{ opens: "key" }')
  })

  test('cannot be given another time', async () => {
    const query = queryOf(await links.sign(PHOTO, '/', { expiresAt: PAST }))
    const expires = query.get('expires') ?? ''
    for (const other of [
      '9999999999',
      '',
      `0${expires}`,
      `${expires}0`,
      `+${expires}`,
      `${expires}.0`,
      'NaN',
      '1e99',
    ]) {
      query.set('expires', other)
      expect(await verdict(links, PHOTO, query), other).toBe('invalid-link')
    }
  })

  test('is forged whichever character of its signature is another one', async () => {
    const query = queryOf(await links.sign(PHOTO, '/'))
    const signature = query.get('signature') ?? ''
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (const [place, letter] of signature.split('').entries()) {
      const next = alphabet.charAt((alphabet.indexOf(letter) + 1) % 64)
      query.set('signature', signature.slice(0, place) + next + signature.slice(place + 1))
      expect(await verdict(links, PHOTO, query), String(place)).toBe('invalid-link')
    }
  })

  test.each([
    ['nothing', ''],
    ['no signature', 'expires=9999999999'],
    ['no time', 'signature=SIGNATURE'],
    ['an empty signature', 'expires=EXPIRES&signature='],
    ['padding', 'expires=EXPIRES&signature=SIGNATURE='],
    ['half a signature', 'expires=EXPIRES&signature=HALF'],
    ['two signatures', 'expires=EXPIRES&signature=SIGNATURE&signature=SIGNATURE'],
    ['another time before its own', 'expires=9999999999&expires=EXPIRES&signature=SIGNATURE'],
    ['another time after its own', 'expires=EXPIRES&expires=9999999999&signature=SIGNATURE'],
    ['other letters in its names', 'Expires=EXPIRES&Signature=SIGNATURE'],
  ])('with %s is forged', async (_, pattern) => {
    const query = queryOf(await links.sign(PHOTO, '/'))
    const signature = query.get('signature') ?? ''
    const text = `opens=${query.get('opens')}&${pattern}`
      .replaceAll('EXPIRES', query.get('expires') ?? '')
      .replaceAll('SIGNATURE', signature)
      .replaceAll('HALF', signature.slice(0, 21))
    expect(await verdict(links, PHOTO, text)).toBe('invalid-link')
  })
})

describe('secrets', () => {
  const OLD = new Uint8Array(32).fill(1)
  const NEW = new Uint8Array(32).fill(2)

  test('take the place of older ones while the links of these run out', async () => {
    const before = signedLinks({ secret: OLD })
    const during = signedLinks({ secret: [NEW, OLD] })
    const after = signedLinks({ secret: NEW })
    const old = queryOf(await before.sign(PHOTO, '/'))
    const fresh = queryOf(await during.sign(PHOTO, '/'))
    const verdicts = async (query: URLSearchParams): Promise<string[]> =>
      Promise.all([before, during, after].map((links) => verdict(links, PHOTO, query)))
    expect(await verdicts(old)).toEqual(['opens', 'opens', 'invalid-link'])
    expect(await verdicts(fresh)).toEqual(['invalid-link', 'opens', 'opens'])
  })

  test('are what they were when they were given', async () => {
    const bytes = new Uint8Array(32).fill(3)
    const links = signedLinks({ secret: bytes })
    bytes.fill(0)
    const query = queryOf(await links.sign(PHOTO, '/'))
    expect(await verdict(signedLinks({ secret: new Uint8Array(32).fill(3) }), PHOTO, query)).toBe('opens')
  })

  test.each([
    ['too short', 'swordfish'.repeat(3)],
    ['empty', ''],
    ['too few bytes', new Uint8Array(31)],
    ['none', []],
    ['too short beside a long one', [SECRET, 'swordfish']],
  ])('that are %s are a mistake, told without them', (_, secret) => {
    expect(() => signedLinks({ secret })).toThrow(TypeError)
    expect(() => signedLinks({ secret })).not.toThrow(/swordfish/)
  })

  test('are counted in bytes', () => {
    expect(() => signedLinks({ secret: 'é'.repeat(16) })).not.toThrow()
    expect(() => signedLinks({ secret: `${'é'.repeat(15)}x` })).toThrow('this one has 31')
  })
})

test('a time that is not valid is a mistake', async () => {
  for (const expiresInMs of [0, -1, Number.NaN, Infinity]) {
    expect(() => signedLinks({ secret: SECRET, expiresInMs }), String(expiresInMs)).toThrow(TypeError)
  }
  const links = signedLinks({ secret: SECRET, expiresInMs: 1 })
  for (const expiresAt of [new Date(Number.NaN), new Date(-1000)]) {
    await expect(links.sign(PHOTO, '/', { expiresAt })).rejects.toThrow(TypeError)
  }
})
