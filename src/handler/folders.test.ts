import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { ALL } from '../media/extension-rule.ts'
import { formOf, openSite } from './fixtures/site.ts'
import type { Site } from './fixtures/site.ts'
import { as, code, json, siteOfUsers } from './fixtures/users.ts'

const KEEP = { policy: { folders: 'keep', extensions: ALL }, listing: true } as const

/** A form whose files have these names on the wire, as browsers send the files of a folder. */
function pathsOf(...names: string[]): FormData {
  return formOf(...names.map((name) => [name, `of ${name}`] as const))
}

async function storedIn(site: Site): Promise<string[]> {
  return (await site.everyFile()).filter((path) => !path.startsWith('.decant/records/'))
}

async function post(site: Site, ...names: string[]) {
  return json(await fetch(site.origin, { method: 'POST', body: pathsOf(...names) }))
}

describe('a handler whose set keeps folders', () => {
  test('stores the files of a folder in their folders, and serves them there', async () => {
    await using site = await openSite(KEEP)
    const { files } = await post(site, 'trip/a.txt', 'trip/day 1/b.txt', 'c.txt')
    expect(files).toMatchObject([
      { key: 'trip/a.txt', filename: 'a.txt', url: '/trip/a.txt' },
      { key: 'trip/day 1/b.txt', filename: 'b.txt', url: '/trip/day%201/b.txt' },
      { key: 'c.txt', filename: 'c.txt', url: '/c.txt' },
    ])
    const answer = await fetch(`${site.origin}/trip/day%201/b.txt?download`)
    expect(await answer.text()).toBe('of trip/day 1/b.txt')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename=b.txt')
    expect(await storedIn(site)).toEqual(['c.txt', 'trip/a.txt', 'trip/day 1/b.txt'])
  })

  test('takes the path that Content-Disposition of a plain body names', async () => {
    await using site = await openSite(KEEP)
    const headers = { 'content-disposition': 'attachment; filename="trip/a.txt"' }
    const sent = await fetch(site.origin, { method: 'POST', body: 'x', headers })
    expect([sent.status, sent.headers.get('location')]).toEqual([201, '/trip/a.txt'])
  })

  test('takes a PUT to a path, and refuses it if the name is taken', async () => {
    await using site = await openSite(KEEP)
    const put = (path: string): Promise<Response> => fetch(`${site.origin}/${path}`, { method: 'PUT', body: 'x' })
    expect((await put('a/b/c.txt')).headers.get('location')).toBe('/a/b/c.txt')
    expect(await code(await put('a/b/c.txt'))).toBe('409 name-taken')
    expect(await code(await put('a/b'))).toBe('409 name-taken')
    expect(await json(await put('a/b/c.txt/d/e.txt'))).toMatchObject({
      code: 'name-taken',
      key: 'a/b/c.txt/d/e.txt',
      folder: 'a/b/c.txt',
    })
    expect(await storedIn(site)).toEqual(['a/b/c.txt'])
    expect(await (await fetch(`${site.origin}/a/b/c.txt`)).text()).toBe('x')
  })

  test.each([
    ['a/CON/b.txt', 'a/_CON/b.txt'],
    ['x.asp/b.txt', 'x_asp/b.txt'],
    ['a%20/b.txt', 'a/b.txt'],
    ['a//b.txt', undefined],
    ['a%2fb.txt', undefined],
    ['.decant/b.txt', undefined],
    [`${'a/'.repeat(17)}b.txt`, undefined],
    [`${'x'.repeat(250)}/${'y'.repeat(250)}/${'z'.repeat(20)}/b.txt`, undefined],
  ])('refuses a PUT to %s with 400, and suggests %s', async (path, suggestion) => {
    await using site = await openSite(KEEP)
    const answer = await fetch(`${site.origin}/${path}`, { method: 'PUT', body: 'x' })
    const problem = await json(answer)
    expect([answer.status, problem.code, problem.suggestion]).toEqual([400, 'invalid-key', suggestion])
    expect(await readdir(site.folder)).toEqual([])
  })

  test.each(['../a.txt', `${'a/'.repeat(17)}b.txt`])(
    'refuses a form with the path %j, and keeps nothing',
    async (path) => {
      await using site = await openSite(KEEP)
      expect(await post(site, 'ok/a.txt', path)).toMatchObject({ code: 'invalid-name', filename: path, field: 'file' })
      expect(await storedIn(site)).toEqual([])
    },
  )

  test('gives the folder a number if a file has its name, also within one form', async () => {
    await using site = await openSite(KEEP)
    const { files } = await post(site, 'trip', 'trip/a.txt', 'trip/b.txt')
    expect(files).toMatchObject([{ key: 'trip' }, { key: 'trip_1/a.txt' }, { key: 'trip_1/b.txt' }])
    expect((await post(site, 'trip/a.txt')).files).toMatchObject([{ key: 'trip_1/a_1.txt' }])
    expect(await storedIn(site)).toEqual(['trip', 'trip_1/a.txt', 'trip_1/a_1.txt', 'trip_1/b.txt'])
  })

  test('leaves out what macOS keeps beside files, in every folder', async () => {
    await using site = await openSite({ ...KEEP, skipCompanions: true })
    const body = formOf(
      ['trip/a.txt', 'x'],
      ['trip/._a.txt', '\0\x05\x16\x07'],
      ['trip/day-1/.DS_Store', '\0\0\0\x01Bud1'],
    )
    const { files, skipped } = await json(await fetch(site.origin, { method: 'POST', body }))
    expect(files).toMatchObject([{ key: 'trip/a.txt' }])
    expect(skipped).toMatchObject([{ filename: 'trip/._a.txt' }, { filename: 'trip/day-1/.DS_Store' }])
    expect(await storedIn(site)).toEqual(['trip/a.txt'])
  })

  test('puts the folders below the place that the application chooses, and the place below the scope', async () => {
    const seen: string[] = []
    await using site = await siteOfUsers({
      policy: { folders: 'keep' },
      place: ({ filename }) => {
        seen.push(filename)
        return filename.startsWith('named') ? { name: 'x.txt' } : { folder: '2026' }
      },
    })
    const { files } = await json(
      await fetch(site.origin, as('ann', { method: 'POST', body: pathsOf('trip/a.txt', 'named/b.txt') })),
    )
    expect(files).toMatchObject([{ key: '2026/trip/a.txt' }, { key: 'x.txt' }])
    expect(seen).toEqual(['trip/a.txt', 'named/b.txt'])
    expect(await storedIn(site)).toEqual(['ann/2026/trip/a.txt', 'ann/x.txt'])
  })

  test('never tells the scope in a refusal of a folder', async () => {
    await using site = await siteOfUsers({ policy: { folders: 'keep' } })
    const put = (path: string): Promise<Response> =>
      fetch(`${site.origin}/${path}`, as('zoe', { method: 'PUT', body: 'x' }))
    await put('a.txt')
    const answer = await (await put('a.txt/b/c.txt')).text()
    expect(JSON.parse(answer)).toMatchObject({ code: 'name-taken', key: 'a.txt/b/c.txt', folder: 'a.txt' })
    expect(answer).not.toContain('zoe')
  })
})

test('a handler whose set keeps no folders lets no client make one', async () => {
  await using site = await openSite({ policy: { extensions: ALL } })
  const answer = await fetch(`${site.origin}/a/b.txt`, { method: 'PUT', body: 'x' })
  expect(await json(answer)).toMatchObject({ code: 'invalid-key', suggestion: 'b.txt' })
  expect((await post(site, 'a/b.txt')).files).toMatchObject([{ key: 'b.txt', filename: 'a/b.txt' }])
})

describe('the list of one folder', () => {
  const fill = async (site: Site): Promise<void> => {
    await post(site, 'a/x.txt', 'a/b/y.txt', 'a/b/z.txt', 'ab/x.txt', 'x.txt')
  }
  const keys = async (site: Site, query: string): Promise<unknown> => {
    const { files } = await json(await fetch(`${site.origin}/?order=name&${query}`))
    return files.map(({ key }: { key: string }) => key)
  }

  test('has the files below it, at any depth, and goes on by its cursor', async () => {
    await using site = await openSite(KEEP)
    await fill(site)
    expect(await keys(site, 'folder=a')).toEqual(['a/b/y.txt', 'a/b/z.txt', 'a/x.txt'])
    expect(await keys(site, 'folder=a/b')).toEqual(['a/b/y.txt', 'a/b/z.txt'])
    expect(await keys(site, 'folder=none')).toEqual([])
    expect(await keys(site, 'folder=x.txt')).toEqual([])
    const first = await json(await fetch(`${site.origin}/?order=name&limit=1&folder=a%2Fb`))
    expect(first.next).toContain('folder=a%2Fb')
    const second = await json(await fetch(site.origin + first.next))
    expect([second.files, second.next]).toMatchObject([[{ key: 'a/b/z.txt' }], undefined])
  })

  test.each(['..', '../ann', '/a', 'a/', 'a//b', '.decant', 'a\\b', '', 'a&folder=b'])(
    'is refused with 400 for the folder %j',
    async (folder) => {
      await using site = await openSite(KEEP)
      await fill(site)
      const query = folder.includes('&') ? folder : encodeURIComponent(folder)
      expect(await code(await fetch(`${site.origin}/?folder=${query}`))).toBe('400 malformed-request')
    },
  )

  test('is relative to the scope', async () => {
    await using site = await siteOfUsers({ policy: { folders: 'keep' } })
    for (const user of ['ann', 'bob']) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await fetch(site.origin, as(user, { method: 'POST', body: pathsOf(`trip/${user}.txt`) }))
    }
    const { files } = await json(await fetch(`${site.origin}/?folder=trip`, as('ann')))
    expect(files).toMatchObject([{ key: 'trip/ann.txt' }])
    expect((await json(await fetch(`${site.origin}/?folder=bob`, as('ann')))).files).toEqual([])
  })
})
