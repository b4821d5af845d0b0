import { expect, test } from 'vitest'
import { fakeFile } from '../../src/testing/fake-file.ts'
import type { InstalledExample } from './installed-example.ts'

/** A form as a browser sends it from the app's page. */
export async function post(
  { origin }: InstalledExample,
  path: string,
  entries: Readonly<Record<string, string | File>>,
): Promise<Response> {
  const body = new FormData()
  for (const [name, value] of Object.entries(entries)) body.append(name, value)
  return await fetch(origin + path, {
    method: 'POST',
    body,
    headers: { origin, accept: 'text/html' },
    redirect: 'manual',
  })
}

/** The behaviour of each of these examples at `/photos` and `/measure`, in every framework. */
export function testExample(example: () => InstalledExample): void {
  test('takes a picture of 50 MB at its URL, and serves it, whole and in part', async () => {
    const picture = fakeFile('cat.png', { size: 50_000_000 })
    const created = await post(example(), '/photos', { file: picture })
    expect([created.status, created.headers.get('location')]).toEqual([201, '/photos/cat.png'])
    const url = `${example().origin}/photos/cat.png`
    const whole = await fetch(url)
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(whole.headers.get('content-security-policy')).toContain('sandbox')
    const sent = Buffer.from(await picture.arrayBuffer())
    expect(Buffer.from(await whole.arrayBuffer()).equals(sent)).toBe(true)
    const part = await fetch(url, { headers: { range: 'bytes=1-3' } })
    expect([part.status, await part.text()]).toEqual([206, 'PNG'])
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
    const unchanged = await fetch(url, { headers: { 'if-none-match': whole.headers.get('etag') ?? '' } })
    expect(unchanged.status).toBe(304)
    const { files } = await (await fetch(`${example().origin}/photos`)).json()
    expect(files).toContainEqual(expect.objectContaining({ key: 'cat.png', size: 50_000_000 }))
    expect(await (await fetch(example().origin)).text()).toContain('src="/photos/cat.png"')
  })

  test('takes a file as it is', async () => {
    const url = `${example().origin}/photos/dog.png`
    const headers = { 'content-type': 'image/png' }
    const put = (): Promise<Response> =>
      fetch(url, { method: 'PUT', body: fakeFile('dog.png'), headers: { ...headers, origin: example().origin } })
    expect((await put()).status).toBe(201)
    // Nothing is overwritten.
    expect((await put()).status).toBe(409)
  })

  test('refuses in full what is too large, and keeps nothing of it', async () => {
    const before = await example().storedFiles()
    for (const [path, size, limit] of [
      ['/photos', 70_000_000, 64 * 1024 ** 2],
      ['/measure', 5_000_000, 1024 ** 2],
    ] as const) {
      const refused = await post(example(), path, { file: fakeFile('large.png', { size }) })
      expect(refused.headers.get('content-type')).toBe('application/problem+json')
      expect(await refused.json()).toMatchObject({ status: 413, code: 'file-too-large', limit, filename: 'large.png' })
    }
    expect(await example().storedFiles()).toEqual(before)
  })

  test('tells what else is wrong', async () => {
    const untrue = await post(example(), '/photos', { file: fakeFile('cat.png', { content: fakeFile('page.html') }) })
    expect([untrue.status, (await untrue.json()).code]).toEqual([415, 'type-mismatch'])
    const missing = await post(example(), '/measure', { other: 'x' })
    expect([missing.status, (await missing.json()).code]).toEqual([422, 'missing-file'])
    const { origin } = example()
    const headers = { 'content-type': 'application/json', origin }
    const json = await fetch(`${origin}/measure`, { method: 'POST', body: '{}', headers })
    expect([json.status, (await json.json()).code]).toEqual([415, 'unsupported-media-type'])
    const absent = await fetch(`${origin}/photos/none.png`)
    expect([absent.status, (await absent.json()).code]).toEqual([404, 'not-found'])
  })

  test('reads a form by hand', async () => {
    const answer = await post(example(), '/measure', { file: new File(['hello'], 'a.txt') })
    expect([answer.status, await answer.json()]).toEqual([200, { name: 'a.txt', size: 5 }])
  })
}
