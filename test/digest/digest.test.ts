import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { formOf, openSite } from '../../src/handler/fixtures/site.ts'
import { receive } from '../../src/receive/receive.ts'
import { someBytes } from '../../src/receive/fixtures/form-body.ts'

// Digests end to end: a server of node:http, and clients that send what HTTP allows.

const BYTES = someBytes(90_000)
const OTHER = someBytes(90_001)

function field(name: 'sha256' | 'sha512', bytes: Uint8Array): string {
  return `${name.replace('sha', 'sha-')}=:${createHash(name).update(bytes).digest('base64')}:`
}

const RIGHT = field('sha256', BYTES)
const WRONG = field('sha256', OTHER)

const TRUSTING = { content: 'trust', extensions: ['bin', 'txt'] } as const

async function put(origin: string, headers: Record<string, string>): Promise<Response> {
  return await fetch(`${origin}/a.bin`, { method: 'PUT', body: BYTES, headers })
}

describe('a file that is PUT', () => {
  test.each([
    [{ 'content-digest': RIGHT }],
    [{ 'repr-digest': RIGHT }],
    [{ 'content-digest': `${field('sha512', BYTES)}, ${RIGHT}`, 'repr-digest': RIGHT }],
    [{ 'content-digest': 'md5=:AAAA:' }],
  ])('with true digests, or some of unknown algorithms, is kept: %o', async (headers) => {
    await using site = await openSite({ policy: TRUSTING })
    expect((await put(site.origin, headers)).status).toBe(201)
    expect((await site.set.get('a.bin'))?.size).toBe(BYTES.length)
  })

  test.each([
    ['sha-256', { 'content-digest': WRONG }],
    ['sha-256', { 'repr-digest': WRONG }],
    ['sha-256', { 'content-digest': RIGHT, 'repr-digest': WRONG }],
    ['sha-512', { 'content-digest': `${RIGHT}, ${field('sha512', OTHER)}` }],
  ])('with a false %s is refused, and nothing is left: %o', async (algorithm, headers) => {
    await using site = await openSite({ policy: TRUSTING })
    const response = await put(site.origin, headers)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'digest-mismatch', algorithm })
    expect(await site.everyFile()).toEqual([])
    // The name is free, and the true one gets it.
    expect((await put(site.origin, { 'content-digest': RIGHT })).status).toBe(201)
  })

  test('with a false digest is refused before a check is bothered', async () => {
    let asked = false
    await using site = await openSite({ policy: { ...TRUSTING, checks: [() => void (asked = true)] } })
    expect((await put(site.origin, { 'content-digest': WRONG })).status).toBe(400)
    expect(asked).toBe(false)
  })

  test.each(['sha-256=abc', 'sha-256=:abc', 'sha-256', `${RIGHT}, md5=1`])(
    'with a field that is not valid is refused, and nothing is left: %s',
    async (value) => {
      for (const name of ['content-digest', 'repr-digest']) {
        await using site = await openSite({ policy: TRUSTING })
        const response = await put(site.origin, { [name]: value })
        expect([response.status, await response.json()]).toMatchObject([400, { code: 'malformed-request' }])
        expect(await site.everyFile()).toEqual([])
      }
    },
  )

  test('in chunks, under a name of its own, is checked as well', async () => {
    await using site = await openSite({ policy: TRUSTING })
    const post = async (digest: string): Promise<Response> => {
      const headers = { 'content-disposition': 'attachment; filename="b.bin"', 'content-digest': digest }
      const body = new Blob([BYTES]).stream()
      const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
      return await fetch(site.origin, init)
    }
    expect((await post(WRONG)).status).toBe(400)
    expect(await site.everyFile()).toEqual([])
    expect((await post(RIGHT)).status).toBe(201)
  })
})

describe('a form', () => {
  const encode = async (): Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> }> => {
    const response = new Response(formOf(['a.txt', 'one'], ['b.txt', 'two']))
    const type = response.headers.get('content-type') ?? ''
    return { type, bytes: new Uint8Array(await response.arrayBuffer()) }
  }

  test.each(['content-digest', 'repr-digest'])('is checked as a whole: %s', async (name) => {
    await using site = await openSite({ policy: TRUSTING })
    const { type, bytes } = await encode()
    const post = async (digest: string): Promise<Response> =>
      await fetch(site.origin, { method: 'POST', body: bytes, headers: { 'content-type': type, [name]: digest } })

    const refused = await post(WRONG)
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'digest-mismatch' }])
    expect((await post('sha-256')).status).toBe(400)
    expect(await site.everyFile()).toEqual([])
    expect((await post(field('sha256', bytes))).status).toBe(201)
    expect((await site.set.list()).files.map(({ key }) => key)).toEqual(['a.txt', 'b.txt'])
  })
})

test('a form that is received without a set is checked too', async () => {
  const post = (digest: string): Request =>
    new Request('http://localhost/', {
      method: 'POST',
      body: 'a=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-digest': digest },
    })
  await expect(receive(post(WRONG))).rejects.toMatchObject({ code: 'digest-mismatch' })
  await using upload = await receive(post(field('sha256', Buffer.from('a=1'))))
  expect(upload.fields.get('a')).toBe('1')
})

describe('Repr-Digest of a stored file', () => {
  test('is that of the whole file, for GET, HEAD and a range', async () => {
    await using site = await openSite({ policy: { ...TRUSTING, digest: 'sha-256' } })
    await put(site.origin, {})
    const url = `${site.origin}/a.bin`

    const whole = await fetch(url)
    expect([whole.status, whole.headers.get('repr-digest')]).toEqual([200, RIGHT])
    expect(field('sha256', new Uint8Array(await whole.arrayBuffer()))).toBe(RIGHT)
    expect((await fetch(url, { method: 'HEAD' })).headers.get('repr-digest')).toBe(RIGHT)
    const part = await fetch(url, { headers: { range: 'bytes=10-19' } })
    expect([part.status, part.headers.get('repr-digest')]).toEqual([206, RIGHT])
    expect(part.headers.has('content-digest')).toBe(false)
  })

  test('is not sent if the set computes none, claimed or not', async () => {
    await using site = await openSite({ policy: TRUSTING })
    await put(site.origin, { 'repr-digest': RIGHT })
    expect((await fetch(`${site.origin}/a.bin`)).headers.has('repr-digest')).toBe(false)
  })
})
