import { describe, expect, test, vi } from 'vitest'
import { signedLinks } from '../access/signed-links.ts'
import { UploadError } from '../errors/upload-error.ts'
import { folderOf } from '../policy/folder-of.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { browse } from './fixtures/browse.ts'
import { formOf, openSite } from './fixtures/site.ts'
import { as, code, json, siteOfUsers } from './fixtures/users.ts'
import type { UploadPage } from './page/page.ts'
import { ROOT } from './scope.ts'
import { uploadHandler } from './upload-handler.ts'

const EVERYTHING = { listing: true, deletion: true }

describe('a scope', () => {
  test('shows each user only the own files, under relative keys and URLs', async () => {
    await using site = await siteOfUsers()
    const posted = await fetch(site.origin, as('ann', { method: 'POST', body: formOf(['a.txt', 'of ann']) }))
    expect(await json(posted)).toMatchObject({ files: [{ key: 'a.txt', url: '/a.txt' }] })
    expect(posted.headers.get('location')).toBe('/a.txt')
    await fetch(`${site.origin}/a.txt`, as('bob', { method: 'PUT', body: 'of bob' }))
    expect(await site.everyFile()).toEqual(['ann/a.txt', 'bob/a.txt'])
    for (const user of ['ann', 'bob']) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      expect(await (await fetch(`${site.origin}/a.txt`, as(user))).text()).toBe(`of ${user}`)
      // oxlint-disable-next-line no-await-in-loop
      const { files } = await json(await fetch(site.origin, as(user)))
      expect(files).toMatchObject([{ key: 'a.txt', url: '/a.txt' }])
    }
    expect((await fetch(`${site.origin}/a.txt`, as('bob', { method: 'DELETE' }))).status).toBe(204)
    expect(await site.everyFile()).toEqual(['ann/a.txt'])
    expect(await code(await fetch(`${site.origin}/a.txt`, as('bob')))).toBe('404 not-found')
  })

  test('never shows in a refusal, a cursor or a page of a list', async () => {
    await using site = await siteOfUsers({ policy: { naming: 'safe' } })
    const user = 'zoe'
    for (const name of ['a.txt', 'b.txt']) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await fetch(`${site.origin}/${name}`, as(user, { method: 'PUT', body: name }))
    }
    const answers = await Promise.all([
      fetch(`${site.origin}/?limit=1`, as(user)),
      fetch(`${site.origin}/?limit=1&order=name`, as(user)),
      fetch(`${site.origin}/a.txt`, as(user, { method: 'PUT', body: 'again' })),
      fetch(`${site.origin}/none.txt`, as(user)),
      fetch(`${site.origin}/none.txt`, as(user, { method: 'DELETE' })),
      fetch(`${site.origin}/${'x'.repeat(300)}.txt`, as(user, { method: 'PUT', body: 'x' })),
      fetch(`${site.origin}/NUL`, as(user, { method: 'PUT', body: 'x' })),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 409, 404, 404, 400, 400])
    for (const answer of answers) {
      const told = JSON.stringify([[...answer.headers], await answer.text()])
      expect(told).not.toContain(user)
    }
  })

  test('is not told to a client that guesses it in a conditional DELETE', async () => {
    await using site = await siteOfUsers({ authorize: ({ action }) => action === 'delete' })
    for (const path of ['ann/a.txt', 'eve/a.txt']) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      const answer = await fetch(
        `${site.origin}/${path}`,
        as('ann', { method: 'DELETE', headers: { 'if-match': '*' } }),
      )
      // oxlint-disable-next-line no-await-in-loop
      expect(await json(answer)).toMatchObject({ code: 'not-found', key: path })
    }
  })

  test('is not left by the cursor of another user', async () => {
    await using site = await siteOfUsers()
    for (const user of ['ann', 'bob']) {
      for (const name of ['a.txt', 'b.txt', 'c.txt']) {
        // oxlint-disable-next-line no-await-in-loop -- One after the other.
        await fetch(`${site.origin}/${name}`, as(user, { method: 'PUT', body: `of ${user}` }))
      }
    }
    const first = await json(await fetch(`${site.origin}/?limit=1&order=name`, as('ann')))
    const second = await json(await fetch(site.origin + first.next, as('bob')))
    expect(second.files).toMatchObject([{ key: 'b.txt' }])
    const bytes = await fetch(site.origin + second.files[0].url, as('bob'))
    expect(await bytes.text()).toBe('of bob')
    const forged = await json(
      await fetch(`${site.origin}/?order=name&cursor=${encodeURIComponent('name:../ann/a')}`, as('bob')),
    )
    expect(forged.files.map(({ key }: { key: string }) => key)).toEqual(['a.txt', 'b.txt', 'c.txt'])
  })

  test('makes answers private to the user, for every cache', async () => {
    await using site = await siteOfUsers({ origins: ['https://app.example'] })
    await fetch(`${site.origin}/a.txt`, as('ann', { method: 'PUT', body: 'x' }))
    const answer = await fetch(`${site.origin}/a.txt`, as('ann'))
    expect(answer.headers.get('cache-control')).toBe('private, no-cache')
    expect(answer.headers.get('vary')).toBe('Cookie, Authorization, Origin')
    expect((await fetch(`${site.origin}/none`, as('ann'))).headers.get('vary')).toBe('Cookie, Authorization, Origin')
  })

  test.each([
    ['undefined', undefined],
    ['nothing', ''],
    ['null', null],
    ['a folder that leads upwards', '../ann'],
    ['a folder with an empty segment', 'ann//x'],
    ['a hidden folder', '.decant'],
    ['a device of Windows', 'con'],
    ['a number', 7],
    ['a symbol of its own', Symbol('ROOT')],
  ])('that is %s is a failure of the server, and never the root', async (_, result) => {
    const onError = vi.fn<(error: UploadError) => void>()
    await using site = await openSite({
      ...EVERYTHING,
      onError,
      scope: () => JSON.parse(JSON.stringify({ result })).result ?? result,
    })
    await site.set.save(new File(['x'], 'root.txt'))
    const requests: RequestInit[] = [{}, { method: 'POST', body: formOf(['a.txt', 'x']) }]
    for (const init of requests) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      expect(await code(await fetch(site.origin, init))).toBe('500 internal-error')
    }
    expect(await code(await fetch(`${site.origin}/root.txt`))).toBe('500 internal-error')
    expect(String(onError.mock.calls[0]?.[0].cause)).toMatch(
      /^TypeError: scope returned .*folderOf\(user\.id\), or ROOT/,
    )
    expect(await site.everyFile()).toEqual(['root.txt'])
  })

  test('that fails for a client without a user lets `authorize` refuse first', async () => {
    const onError = vi.fn<() => void>()
    await using site = await siteOfUsers({ onError })
    for (const [path, init] of [
      ['/', {}],
      ['/a.txt', {}],
      ['/a.txt', { method: 'DELETE' }],
      ['/a.txt', { method: 'PUT', body: 'x' }],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      expect(await code(await fetch(site.origin + path, init))).toBe('403 forbidden')
    }
    expect(onError).not.toHaveBeenCalled()
  })

  test('that fails is a failure of the server if `authorize` allows the request', async () => {
    await using site = await siteOfUsers({ authorize: () => true })
    expect(await code(await fetch(site.origin))).toBe('500 internal-error')
  })

  test('may refuse a client in its own words', async () => {
    await using site = await siteOfUsers({
      authorize: undefined,
      scope: () => {
        throw new UploadError('forbidden', { action: 'sign in' })
      },
    })
    expect(await code(await fetch(site.origin))).toBe('403 forbidden')
  })

  test('keeps the sentence of a refusal that a hook has thrown, and makes its key relative', async () => {
    await using site = await siteOfUsers({
      authorize: ({ key = '' }) => {
        throw new UploadError('not-found', { key }, { sentence: 'This file was moved.' })
      },
    })
    const refused = await json(await fetch(`${site.origin}/a.txt`, as('ann')))
    expect(refused).toMatchObject({ code: 'not-found', key: 'a.txt', detail: 'This file was moved.' })
  })

  test('of ROOT is the whole set', async () => {
    await using site = await siteOfUsers({
      scope: ({ context }) => (context.user === 'admin' ? ROOT : folderOf(context.user ?? '')),
    })
    await fetch(`${site.origin}/a.txt`, as('ann', { method: 'PUT', body: 'x' }))
    const { files } = await json(await fetch(site.origin, as('admin')))
    expect(files).toMatchObject([{ key: 'ann/a.txt', url: '/ann/a.txt' }])
  })

  test.each([{ maxAge: 1 }, { immutable: true }, { public: true, authorize: undefined }])(
    'is not taken beside %j',
    (options) => {
      const set = uploadSet('photos', { storage: memoryStorage() })
      expect(() => uploadHandler(set, { scope: () => ROOT, ...options })).toThrow(
        /Beside "scope", one URL is another file/,
      )
    },
  )
})

describe('a signed link behind a scope', () => {
  const links = signedLinks({ secret: 'x'.repeat(32) })

  test('opens its file for any client, and tells the folder in its query alone', async () => {
    await using site = await siteOfUsers({ links })
    const file = await site.set.save(new File(['of ann'], 'a.txt'), { folder: 'ann/2026' })
    const handler = uploadHandler(site.set, { scope: () => 'ann', links })
    expect(handler.url(file, { scope: 'ann' })).toBe('/2026/a.txt')
    const url = await links.sign(file, handler.url(file))
    expect(url).toMatch(/^\/a\.txt\?scope=ann%2F2026&opens=/)
    const answer = await fetch(site.origin + url)
    expect([answer.status, await answer.text()]).toEqual([200, 'of ann'])
    expect((await fetch(site.origin + url, as('bob'))).status).toBe(200)
    for (const forged of [
      url.replace('ann', 'bob'),
      url.replace('scope=ann%2F2026&', ''),
      `${url}&scope=bob`,
      url.replace('a.txt', 'b.txt'),
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      expect(await code(await fetch(site.origin + forged))).toBe('403 invalid-link')
    }
  })

  test.each([
    ['without `authorize`', undefined],
    ['with `authorize`', () => true],
  ])('lists no files on the page of its refusal, in a handler %s', async (_, authorize) => {
    const page: UploadPage = { render: (view) => JSON.stringify(view) }
    await using site = await siteOfUsers({ links, page, authorize })
    await site.set.save(new File(['of bob'], 'secret.txt'), { folder: 'bob' })
    for (const query of ['expires=1', 'scope=bob&expires=1&signature=aa']) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      const answer = await browse(`${site.origin}/a.txt?${query}`, as('ann'))
      expect(answer.status).toBe(403)
      // oxlint-disable-next-line no-await-in-loop
      const view = await json(answer)
      expect([view.problem.code, view.canUpload, view.files]).toEqual(['invalid-link', false, undefined])
    }
  })

  test('that is forged does not tell that its folder exists in another case', async () => {
    const storage = { ...memoryStorage(), resolve: async (key: string) => key.toLowerCase() }
    await using site = await siteOfUsers({ links, policy: { storage } })
    const forged = await fetch(`${site.origin}/a.txt?scope=BOB&expires=1&signature=aa`)
    expect(await code(forged)).toBe('403 invalid-link')
  })

  test('needs a file of the handler and of the scope', () => {
    const set = uploadSet('photos', { storage: memoryStorage() })
    const handler = uploadHandler({ a: set }, { base: '/files', scope: () => 'ann' })
    expect(handler.url({ set: 'photos', key: 'ann/ä.txt' }, { scope: 'ann' })).toBe('/files/a/%C3%A4.txt')
    expect(() => handler.url({ set: 'other', key: 'ann/a.txt' })).toThrow('does not serve the upload set "other"')
    expect(() => handler.url({ set: 'photos', key: 'bob/a.txt' }, { scope: 'ann' })).toThrow(
      'is not in the scope "ann"',
    )
  })
})
