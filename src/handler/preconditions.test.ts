import { unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openSite } from './fixtures/site.ts'
import type { Site } from './fixtures/site.ts'

const LONG_AGO = 'Mon, 01 Jan 2024 00:00:00 GMT'
const ANY_TIME = 'Fri, 01 Jan 2100 00:00:00 GMT'

/** A site with one file, and its entity tag. */
async function siteWithFile(): Promise<Site & { readonly etag: string }> {
  const site = await openSite({ deletion: true })
  await writeFile(join(site.folder, 'there.txt'), 'there')
  const { headers } = await fetch(`${site.origin}/there.txt`, { method: 'HEAD' })
  return { ...site, etag: headers.get('etag') ?? '' }
}

async function outcome(site: Site, method: string, name: string, headers: Record<string, string>): Promise<string> {
  const body = method === 'PUT' ? { body: 'new' } : {}
  const response = await fetch(`${site.origin}/${name}`, { method, headers, ...body })
  const text = await response.text()
  return `${response.status} ${response.ok ? 'done' : JSON.parse(text).code}`
}

const FAILED = '412 precondition-failed'

describe('a PUT with a condition', () => {
  test.each([
    ['there.txt', { 'if-none-match': '*' }, FAILED],
    ['there.txt', { 'if-match': '"other"' }, FAILED],
    ['there.txt', { 'if-unmodified-since': LONG_AGO }, FAILED],
    // A condition that holds changes nothing: PUT never replaces a file.
    ['there.txt', { 'if-match': '*' }, '409 name-taken'],
    ['there.txt', { 'if-none-match': '"other"' }, '409 name-taken'],
    ['there.txt', { 'if-unmodified-since': ANY_TIME }, '409 name-taken'],
    ['new.txt', { 'if-match': '*' }, FAILED],
    ['new.txt', { 'if-match': '"other"' }, FAILED],
    ['new.txt', { 'if-none-match': '*' }, '201 done'],
    ['new.txt', { 'if-none-match': '"other"' }, '201 done'],
    ['new.txt', { 'if-unmodified-since': LONG_AGO }, '201 done'],
  ])('on %s, %o: %s', async (name, headers, expected) => {
    await using site = await siteWithFile()
    expect(await outcome(site, 'PUT', name, headers)).toBe(expected)
    expect(await site.everyFile()).toContain('there.txt')
    expect((await site.everyFile()).includes('new.txt')).toBe(expected === '201 done')
  })

  test('that does not hold is refused before any byte of the body has come', async () => {
    await using site = await siteWithFile()
    const answer = await site.ask(
      'PUT /there.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\nIf-None-Match: *\r\n\r\n',
    )
    expect(answer.status).toBe(412)
  })
})

describe('a DELETE with a condition', () => {
  test.each([
    [{ 'if-match': '"other"' }, FAILED],
    [{ 'if-none-match': '*' }, FAILED],
    [{ 'if-unmodified-since': LONG_AGO }, FAILED],
    [{ 'if-match': '*' }, '204 done'],
    [{ 'if-none-match': '"other"' }, '204 done'],
    [{ 'if-unmodified-since': ANY_TIME }, '204 done'],
  ])('%o: %s', async (headers, expected) => {
    await using site = await siteWithFile()
    expect(await outcome(site, 'DELETE', 'there.txt', headers)).toBe(expected)
    expect((await site.everyFile()).includes('there.txt')).toBe(expected === FAILED)
  })

  test('deletes the file that the client has seen, and not the one that took its place', async () => {
    await using site = await siteWithFile()
    const { etag } = site
    await unlink(join(site.folder, 'there.txt'))
    await writeFile(join(site.folder, 'there.txt'), 'another')

    expect(await outcome(site, 'DELETE', 'there.txt', { 'if-match': etag })).toBe(FAILED)
    const seen = (await fetch(`${site.origin}/there.txt`, { method: 'HEAD' })).headers.get('etag') ?? ''
    expect(await outcome(site, 'DELETE', 'there.txt', { 'if-match': `"other", ${seen}` })).toBe('204 done')
  })

  test('on a missing file is 404 for any condition', async () => {
    await using site = await siteWithFile()
    expect(await outcome(site, 'DELETE', 'new.txt', { 'if-match': '"other"' })).toBe('404 not-found')
  })
})
