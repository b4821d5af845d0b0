import { rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { credentials } from '../access/credentials.ts'
import { signedLinks } from '../access/signed-links.ts'
import type { UploadRequest } from '../access/upload-request.ts'
import { UploadError } from '../errors/upload-error.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { browse } from './fixtures/browse.ts'
import { formOf, openSite } from './fixtures/site.ts'
import type { Site, SiteOptions } from './fixtures/site.ts'
import type { PageView } from './page/page.ts'
import { uploadHandler } from './upload-handler.ts'

const basic = (name: string, secret: string): string => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
const ANN = basic('ann', 'a:nn')
const LIST = [{ name: 'ann', secret: 'a:nn', rights: ['upload', 'list', 'fetch', 'delete'] }] as const
const page = { render: (view: PageView): string => JSON.stringify(view) }

async function codeOf(response: Response): Promise<unknown> {
  const { code }: { code?: unknown } = JSON.parse(await response.text())
  return code
}

describe('an unknown client', () => {
  const options: SiteOptions = { authorize: credentials(LIST), listing: true, deletion: true }
  const requests: readonly (RequestInit & { readonly method: string; readonly path: string })[] = [
    { method: 'GET', path: '/' },
    { method: 'POST', path: '/', body: formOf(['b.txt', 'b']) },
    { method: 'PUT', path: '/b.txt', body: 'b' },
    { method: 'GET', path: '/a.txt' },
    { method: 'DELETE', path: '/a.txt' },
    // The answers for existing and missing files are the same.
    { method: 'GET', path: '/none.txt' },
  ]

  test.each(requests)('is asked to sign in before it can $method $path', async ({ path, ...request }) => {
    await using site = await openSite(options)
    await site.set.save(new File(['a'], 'a.txt'))
    for (const shown of [undefined, basic('ann', 'wrong'), 'Bearer wrong', 'Basic !', 'Digest x=y']) {
      const response = await fetch(site.origin + path, {
        ...request,
        headers: shown === undefined ? {} : { authorization: shown },
      })
      expect([response.status, await codeOf(response)]).toEqual([401, 'unauthenticated'])
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm="Files", charset="UTF-8", Bearer realm=/)
    }
    expect((await site.set.list()).files.map(({ key }) => key)).toEqual(['a.txt'])
  })

  test('can do so after it has signed in', async () => {
    await using site = await openSite(options)
    await site.set.save(new File(['a'], 'a.txt'))
    for (const headers of [{ authorization: ANN }, { authorization: 'bearer a:nn' }]) {
      const statuses: number[] = []
      for (const { path, ...request } of requests) {
        const response = await fetch(site.origin + path, { ...request, headers })
        statuses.push(response.status)
        await response.arrayBuffer()
      }
      await fetch(`${site.origin}/b.txt`, { method: 'DELETE', headers })
      await site.set.save(new File(['a'], 'a.txt'))
      expect(statuses).toEqual([200, 201, 409, 200, 204, 404])
    }
  })

  test('gets the challenge that any other hook throws', async () => {
    const challenge = 'Bearer realm="api", scope="upload"'
    const authorize = (): boolean => {
      throw new UploadError('unauthenticated', { challenge })
    }
    await using site = await openSite({ authorize, listing: true, page })
    for (const send of [fetch, browse]) {
      const response = await send(site.origin)
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, challenge])
    }
  })
})

describe('the page', () => {
  type Shown = Pick<PageView, 'canUpload' | 'signIn' | 'problem'> & { readonly files?: readonly unknown[] }

  /** The status, the view, and whether a password is asked for. */
  async function look(site: Site, path = '/', headers: Record<string, string> = {}): Promise<[number, Shown, boolean]> {
    const response = await browse(site.origin + path, { headers })
    expect(response.headers.get('content-type')).toContain('text/html')
    const view: Shown = JSON.parse(await response.text())
    return [response.status, view, response.headers.has('www-authenticate')]
  }

  test('of a closed site shows neither a form nor a list, and asks for a password', async () => {
    await using site = await openSite({ authorize: credentials(LIST), listing: true, page })
    await site.set.save(new File(['a'], 'a.txt'))
    const [status, view, asks] = await look(site)
    expect([status, view.canUpload, view.files, view.problem?.code, asks]).toEqual([
      401,
      false,
      undefined,
      'unauthenticated',
      true,
    ])
    const [known, whole] = await look(site, '/', { authorization: ANN })
    expect([known, whole.canUpload, whole.files?.length, whole.signIn]).toEqual([200, true, 1, undefined])
  })

  test('of a drop box shows every client the form alone, and a link to sign in to the list', async () => {
    const authorize = credentials(LIST, { anonymous: ['upload'] })
    await using site = await openSite({ authorize, listing: true, page })
    await site.set.save(new File(['a'], 'a.txt'))
    const [status, view, asks] = await look(site)
    expect([status, view.canUpload, view.files, view.problem, asks]).toEqual([200, true, undefined, undefined, false])
    expect(view.signIn).toBe('/?sign-in')
    const [refused, , asksNow] = await look(site, view.signIn)
    expect([refused, asksNow]).toEqual([401, true])
    const [known, whole] = await look(site, view.signIn, { authorization: ANN })
    expect([known, whole.files?.length, whole.signIn]).toEqual([200, 1, undefined])
  })

  test('of an open shelf shows every client the list without a form', async () => {
    const authorize = credentials(LIST, { anonymous: ['list', 'fetch'] })
    await using site = await openSite({ authorize, listing: true, page })
    const [status, view] = await look(site)
    expect([status, view.canUpload, view.files, view.signIn]).toEqual([200, false, [], '/?sign-in'])
  })

  test('has no link to sign in if signing in does not help', async () => {
    await using site = await openSite({ authorize: ({ action }) => action === 'upload', listing: true, page })
    const [status, view] = await look(site, '/?sign-in')
    expect([status, view.canUpload, view.files, view.signIn]).toEqual([200, true, undefined, undefined])
  })

  test('is refused to a client without any permission', async () => {
    await using site = await openSite({ authorize: () => false, listing: true, page })
    const [status, view, asks] = await look(site)
    expect([status, view.canUpload, view.files, asks]).toEqual([403, false, undefined, false])
  })

  test('without a listing asks only for the permission to upload', async () => {
    const asked: string[] = []
    const authorize = ({ action }: UploadRequest): boolean => asked.push(action) > 0
    await using site = await openSite({ authorize, page })
    const [status, view] = await look(site)
    expect([status, view.canUpload, view.files, asked]).toEqual([200, true, undefined, ['upload']])
  })

  test('shows why an upload is refused, and asks for a password if the request has none', async () => {
    await using site = await openSite({
      authorize: credentials(LIST, { anonymous: ['list'] }),
      listing: true,
      page,
    })
    const response = await browse(site.origin, { method: 'POST', body: formOf(['a.txt', 'a']) })
    const view: Shown = JSON.parse(await response.text())
    expect([response.status, response.headers.has('www-authenticate')]).toEqual([401, true])
    expect([view.problem?.code, view.canUpload, view.files]).toEqual(['unauthenticated', false, []])
  })

  test('fails if the hook fails, and is not shown as a refusal', async () => {
    const told: unknown[] = []
    const authorize = (): boolean => {
      throw new Error('the database is gone')
    }
    await using site = await openSite({ authorize, listing: true, page, onError: (error) => told.push(error.cause) })
    const response = await browse(site.origin)
    expect([response.status, await codeOf(response)]).toEqual([500, 'internal-error'])
    expect(told.length).toBeGreaterThan(0)
  })

  test('is answered 503 if the hook is overloaded', async () => {
    const authorize = (): boolean => {
      throw new UploadError('overloaded', {})
    }
    await using site = await openSite({ authorize, listing: true, page })
    const response = await browse(site.origin)
    expect([response.status, await codeOf(response)]).toEqual([503, 'overloaded'])
  })
})

describe('a signed link', () => {
  const links = signedLinks({ secret: 'x'.repeat(32) })
  const asked: string[] = []
  const authorize = ({ action, key }: UploadRequest): boolean => {
    asked.push(`${action} ${key}`)
    return false
  }

  /** A site with a file, in which a client can do nothing without a link. */
  async function linkedSite(options: SiteOptions = {}): Promise<Site & { readonly url: string }> {
    asked.length = 0
    const site = await openSite({ authorize, links, listing: true, deletion: true, ...options })
    const file = await site.set.save(new File(['hello'], 'Cat & dog.txt'))
    return { ...site, url: await links.sign(file, '/Cat%20%26%20dog.txt') }
  }

  test('opens its file by GET and HEAD, in ranges and as a download, without a call of the hook', async () => {
    await using site = await linkedSite()
    const whole = await fetch(site.origin + site.url)
    expect([whole.status, await whole.text()]).toEqual([200, 'hello'])
    expect((await fetch(site.origin + site.url, { method: 'HEAD' })).status).toBe(200)
    const range = await fetch(site.origin + site.url, { headers: { range: 'bytes=1-2' } })
    expect([range.status, await range.text()]).toEqual([206, 'el'])
    const download = await fetch(`${site.origin}${site.url}&download`)
    expect([download.status, download.headers.get('content-disposition')?.startsWith('attachment')]).toEqual([
      200,
      true,
    ])
    expect(asked).toEqual([])
  })

  test('opens a file that no shared cache keeps', async () => {
    await using site = await linkedSite({ maxAge: 3600 })
    expect((await fetch(site.origin + site.url)).headers.get('cache-control')).toBe('private, max-age=3600')
  })

  test('gives no other permission', async () => {
    await using site = await linkedSite()
    const query = site.url.slice(site.url.indexOf('?'))
    const requests: readonly (readonly [string, string, number])[] = [
      ['GET', `/${query}`, 403],
      ['POST', `/${query}`, 403],
      ['PUT', site.url, 403],
      ['PUT', `/new.txt${query}`, 403],
      ['DELETE', site.url, 403],
    ]
    for (const [method, path, status] of requests) {
      const response = await fetch(site.origin + path, { method, body: method.startsWith('P') ? 'x' : null })
      expect([method, path, response.status, await codeOf(response)]).toEqual([method, path, status, 'forbidden'])
    }
    expect(asked.map((question) => question.split(' ', 1)[0])).toEqual(['list', 'upload', 'upload', 'upload', 'delete'])
    expect((await site.set.list()).files).toHaveLength(1)
  })

  test('that is forged or expired is refused, also if the client may fetch without it', async () => {
    await using site = await linkedSite({ authorize: () => true })
    const file = { set: 'photos', key: 'Cat & dog.txt', storedAt: new Date(), size: 5 }
    const path = '/Cat%20%26%20dog.txt'
    const expired = await links.sign(file, path, { expiresAt: new Date(0) })
    const cases: readonly (readonly [string, number, string])[] = [
      [expired, 410, 'link-expired'],
      [`${path}?expires=9999999999`, 403, 'invalid-link'],
      [`${path}?signature=${'A'.repeat(43)}`, 403, 'invalid-link'],
      [`${path}?expires=9999999999&signature=${'A'.repeat(43)}`, 403, 'invalid-link'],
      [`${site.url}&expires=9999999999`, 403, 'invalid-link'],
      [`${site.url}&signature=`, 403, 'invalid-link'],
      [`/none.txt${site.url.slice(path.length)}`, 403, 'invalid-link'],
    ]
    for (const [url, status, code] of cases) {
      const response = await fetch(site.origin + url)
      expect([url, response.status, await codeOf(response)]).toEqual([url, status, code])
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
    expect((await fetch(site.origin + path)).status).toBe(200)
  })

  test('opens one file in any spelling of its URL, and never another file', async () => {
    await using site = await openSite({ authorize, links })
    for (const name of ['a%62.txt', 'ab.txt', 'A.txt']) await site.set.save(new File([name], name))
    const { files } = await site.set.list()
    const keys = files.map(({ key }) => key).toSorted()
    expect(keys).toEqual(['A.txt', 'a%62.txt', 'ab.txt'])
    const query = new URL(await links.sign({ set: 'photos', key: 'ab.txt' }, 'http://x/', { opens: 'key' })).search
    const ask = async (path: string): Promise<number> =>
      (await site.ask(`GET ${path}${query} HTTP/1.1\r\nHost: x\r\n\r\n`)).status
    expect(await Promise.all(['/ab.txt', '/%61b.txt', '/a%62.txt'].map(ask))).toEqual([200, 200, 200])
    expect(
      await Promise.all(
        ['/a%2562.txt', '/A.txt', '//ab.txt', '/./ab.txt', '/x/../ab.txt', '/ab.txt/', '/AB.txt'].map(ask),
      ),
    ).toEqual([403, 403, 400, 400, 400, 400, 403])
  })

  test.each(['disk', 'memory'])('opens no file that took the place of its own (%s)', async (kind) => {
    const memory = memoryStorage()
    await using site = await linkedSite(kind === 'memory' ? { policy: { storage: memory } } : {})
    await site.set.delete('Cat & dog.txt')
    await site.set.save(new File(['a secret'], 'Cat & dog.txt'))
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(site.origin + site.url, { method, headers: { range: 'bytes=0-3' } })
      expect([method, response.status]).toEqual([method, 410])
    }
    const response = await fetch(site.origin + site.url)
    expect([await codeOf(response), response.headers.get('cache-control')]).toEqual(['file-gone', 'no-store'])
  })

  test('gives the same answer if its file was deleted: it does not tell whether the name is in use', async () => {
    await using site = await linkedSite()
    await site.set.delete('Cat & dog.txt')
    const gone = await (await fetch(site.origin + site.url)).text()
    await site.set.save(new File(['a secret'], 'Cat & dog.txt'))
    const replaced = await fetch(site.origin + site.url)
    expect([replaced.status, await replaced.text()]).toEqual([410, gone])
  })

  test('opens a file that was put into the folder by hand, until that file is changed', async () => {
    await using site = await openSite({ authorize, links })
    const path = join(site.folder, 'note.txt')
    await writeFile(path, 'one')
    // Node passes times on as floating-point numbers. Half and whole seconds are exact in them.
    await utimes(path, new Date(), new Date('2026-11-05T12:00:00.500Z'))
    const file = await site.set.get('note.txt')
    if (file === undefined) throw new Error('The file is not there.')
    const url = site.origin + (await links.sign(file, '/note.txt'))
    expect(await (await fetch(url)).text()).toBe('one')
    await writeFile(path, 'two')
    // The size is the same, so that only the time differs.
    await utimes(path, new Date(), new Date('2026-11-05T12:00:01Z'))
    expect((await fetch(url)).status).toBe(410)
    // A backup restores a file like this.
    await writeFile(`${path}.copy`, 'one')
    await utimes(`${path}.copy`, new Date(), new Date(file.storedAt))
    await rename(`${path}.copy`, path)
    expect(await (await fetch(url)).text()).toBe('one')
  })

  test('to a key opens any file that has the key, and is 404 if there is none', async () => {
    await using site = await linkedSite()
    const target = { set: 'photos', key: 'Cat & dog.txt' }
    const url = site.origin + (await links.sign(target, '/Cat%20%26%20dog.txt', { opens: 'key' }))
    await site.set.delete('Cat & dog.txt')
    expect((await fetch(url)).status).toBe(404)
    await site.set.save(new File(['another'], 'Cat & dog.txt'))
    expect(await (await fetch(url)).text()).toBe('another')
  })

  test('that opens nothing leaves no file open', async () => {
    const closed: string[] = []
    const storage = memoryStorage()
    const open: Storage['open'] = async (key) => {
      const file = await storage.open(key)
      const close = async (): Promise<void> => {
        closed.push(key)
      }
      return file && { ...file, close }
    }
    await using site = await linkedSite({ policy: { storage: { ...storage, open } } })
    await site.set.delete('Cat & dog.txt')
    await site.set.save(new File(['a secret'], 'Cat & dog.txt'))
    await fetch(site.origin + site.url)
    expect(closed).toEqual(['Cat & dog.txt'])
  })

  test('works below any prefix of the path, since the path is not signed', async () => {
    await using site = await linkedSite({ base: '/deep/down' })
    const moved = `/deep/down${site.url}`
    expect((await fetch(site.origin + moved)).status).toBe(200)
  })

  test('opens only the file of its set if several sets have one of that name', async () => {
    const other = uploadSet('papers', { storage: memoryStorage() })
    await other.save(new File(['secret'], 'a.txt'))
    await using site = await openSite({ authorize, links, sets: (set) => ({ pictures: set, papers: other }) })
    const file = await site.set.save(new File(['hello'], 'a.txt'))
    const url = await links.sign(file, '/pictures/a.txt')
    expect((await fetch(site.origin + url)).status).toBe(200)
    expect((await fetch(site.origin + url.replace('pictures', 'papers'))).status).toBe(403)
  })

  test('means nothing to a handler without the option `links`', async () => {
    await using site = await linkedSite({ links: undefined })
    const response = await fetch(site.origin + site.url)
    expect([response.status, await codeOf(response), asked]).toEqual([403, 'forbidden', ['fetch Cat & dog.txt']])
  })

  test('that has expired shows a person a page', async () => {
    await using site = await linkedSite({ page })
    const expired = await links.sign({ set: 'photos', key: 'a.txt' }, '/a.txt', {
      expiresAt: new Date(0),
      opens: 'key',
    })
    const response = await browse(site.origin + expired)
    const view: PageView = JSON.parse(await response.text())
    expect([response.status, view.problem?.code, view.canUpload, view.files]).toEqual([
      410,
      'link-expired',
      false,
      undefined,
    ])
  })

  test('needs sets of different names', () => {
    const sets = {
      a: uploadSet('same', { storage: memoryStorage() }),
      b: uploadSet('same', { storage: memoryStorage() }),
    }
    expect(() => uploadHandler(sets, { links })).toThrow('Two upload sets are called "same"')
    expect(() => uploadHandler(sets)).not.toThrow()
  })
})
