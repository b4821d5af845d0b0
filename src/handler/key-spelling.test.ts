import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signedLinks } from '../access/signed-links.ts'
import type { UploadRequest } from '../access/upload-request.ts'
import { openSite } from './fixtures/site.ts'
import type { Site } from './fixtures/site.ts'

const COMPOSED = '\u00dc.txt'
const DECOMPOSED = 'U\u0308.txt'
const SPELLINGS = [COMPOSED, DECOMPOSED] as const

/** Each spelling in a request, with each spelling of a file that a person put into the folder. */
const PAIRS = SPELLINGS.flatMap((asked) => SPELLINGS.map((stored) => ({ asked, stored })))

function nameOf(text: string): string {
  return text === COMPOSED ? 'NFC' : 'NFD'
}

const CASES = PAIRS.map(({ asked, stored }) => [nameOf(stored), nameOf(asked), asked, stored] as const)

function urlOf(site: Site, key: string): string {
  return `${site.origin}/${encodeURIComponent(key)}`
}

function files(site: Site): string[] {
  return readdirSync(site.folder).filter((name) => name !== '.decant')
}

describe.each(CASES)('a file whose name is in %s, asked for in %s', (_, __, asked, stored) => {
  test('is fetched and deleted', async () => {
    await using site = await openSite({ deletion: true })
    writeFileSync(join(site.folder, stored), 'hello')
    expect(await (await fetch(urlOf(site, asked))).text()).toBe('hello')
    expect((await fetch(urlOf(site, asked), { method: 'HEAD' })).headers.get('content-length')).toBe('5')
    expect((await fetch(urlOf(site, asked), { method: 'DELETE' })).status).toBe(204)
    expect(files(site)).toEqual([])
  })

  test('is known to the hook by the spelling of the list', async () => {
    const seen: (string | undefined)[] = []
    const authorize = ({ key }: UploadRequest): boolean => {
      seen.push(key)
      return key !== stored
    }
    await using site = await openSite({ authorize, deletion: true })
    writeFileSync(join(site.folder, stored), 'hello')
    for (const method of ['GET', 'HEAD', 'DELETE', 'PUT'])
      expect((await fetch(urlOf(site, asked), { method, ...(method === 'PUT' && { body: 'x' }) })).status).toBe(403)
    expect(seen).toEqual([stored, stored, stored, stored])
    expect((await site.set.list()).files.map(({ key }) => key)).toEqual([stored])
  })

  test('is opened by the link to the key of the list', async () => {
    const links = signedLinks({ secret: 'x'.repeat(32) })
    await using site = await openSite({ links, authorize: () => false })
    writeFileSync(join(site.folder, stored), 'hello')
    const url = await links.sign({ set: 'photos', key: stored }, urlOf(site, asked), { opens: 'key' })
    expect((await fetch(url)).status).toBe(200)
  })

  test('takes the name: PUT is 409, and If-Match and If-None-Match mean that file', async () => {
    await using site = await openSite({ deletion: true })
    writeFileSync(join(site.folder, stored), 'hello')
    const put = await fetch(urlOf(site, asked), { method: 'PUT', body: 'other' })
    expect([put.status, await put.json()]).toEqual([409, expect.objectContaining({ code: 'name-taken', key: stored })])
    const etag = (await fetch(urlOf(site, asked))).headers.get('etag') ?? ''
    const again = await fetch(urlOf(site, asked), { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
    const headers = { 'if-none-match': '*' }
    expect((await fetch(urlOf(site, asked), { method: 'PUT', body: 'other', headers })).status).toBe(412)
    const deleted = await fetch(urlOf(site, asked), { method: 'DELETE', headers: { 'if-match': '"other"' } })
    expect(deleted.status).toBe(412)
    expect(files(site)).toEqual([stored])
  })
})

describe('a key that no file has yet', () => {
  test.each(SPELLINGS)('is stored and answered in NFC: %j', async (asked) => {
    const seen: (string | undefined)[] = []
    const authorize = ({ key }: UploadRequest): boolean => {
      seen.push(key)
      return true
    }
    await using site = await openSite({ authorize })
    const put = await fetch(urlOf(site, asked), { method: 'PUT', body: 'hello' })
    expect(put.status).toBe(201)
    expect(await put.json()).toMatchObject({ files: [{ key: COMPOSED, filename: COMPOSED, url: '/%C3%9C.txt' }] })
    expect(put.headers.get('location')).toBe('/%C3%9C.txt')
    expect(new Set(seen)).toEqual(new Set([COMPOSED]))
    expect(files(site)).toEqual([COMPOSED])
  })

  test.each(SPELLINGS)('that a hook denies is denied in every spelling: %j', async (asked) => {
    await using site = await openSite({ authorize: ({ key }) => key !== COMPOSED })
    expect((await fetch(urlOf(site, asked), { method: 'PUT', body: 'hello' })).status).toBe(403)
    expect((await fetch(urlOf(site, asked))).status).toBe(403)
    expect(await site.everyFile()).toEqual([])
  })

  test('keeps the spelling of its extension', async () => {
    await using site = await openSite({ policy: { content: 'trust' } })
    const put = await fetch(urlOf(site, 'IMG_0001.JPG'), { method: 'PUT', body: 'x' })
    expect(put.status).toBe(201)
    expect(await put.json()).toMatchObject({ files: [{ key: 'IMG_0001.JPG', type: 'image/jpeg' }] })
  })
})

test('a file in a folder is found in every spelling of both', async () => {
  await using site = await openSite()
  const folder = 'cafe\u0301'
  mkdirSync(join(site.folder, folder))
  writeFileSync(join(site.folder, folder, DECOMPOSED), 'hello')
  const path = [folder.normalize('NFC'), COMPOSED].map(encodeURIComponent).join('/')
  expect(await (await fetch(`${site.origin}/${path}`)).text()).toBe('hello')
})
