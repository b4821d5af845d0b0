import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { fetchHandler } from '../adapters/fetch/fetch-handler.ts'
import { UploadError } from '../errors/upload-error.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { formOf } from './fixtures/site.ts'
import { as, code, json, siteOfUsers } from './fixtures/users.ts'
import type { Client } from './fixtures/users.ts'
import { watched } from './hook-watch.ts'
import { untilGone } from './until-gone.ts'
import { uploadHandler } from './upload-handler.ts'

describe('the context of a request', () => {
  test('is made once, and given to every hook with the request and the set', async () => {
    const context = vi.fn<() => Client>(() => ({ user: 'ann' }))
    const seen: unknown[] = []
    const see = (
      name: string,
      facts: { context: Client; set: string; scope?: string | undefined; request: { url?: string | undefined } },
    ): void => void seen.push([name, facts.context.user, facts.set, facts.scope, facts.request.url])
    await using site = await siteOfUsers({
      context,
      authorize: (facts) => (see('authorize', facts), true),
      scope: (facts) => (see('scope', facts), 'ann'),
      place: (facts) => (see('place', facts), {}),
      stored: (_, facts) => see('stored', facts),
      deleted: (_, facts) => see('deleted', facts),
    })
    await fetch(site.origin, { method: 'POST', body: formOf(['a.txt', 'x']) })
    expect(seen).toEqual([
      ['scope', 'ann', 'photos', undefined, '/'],
      ['authorize', 'ann', 'photos', 'ann', '/'],
      ['place', 'ann', 'photos', 'ann', '/'],
      ['stored', 'ann', 'photos', 'ann', '/'],
    ])
    seen.length = 0
    await fetch(`${site.origin}/a.txt`, { method: 'DELETE' })
    expect(seen.map((each) => (Array.isArray(each) ? each[0] : each))).toEqual(['scope', 'authorize', 'deleted'])
    expect(context).toHaveBeenCalledTimes(2)
  })

  test.each(['context', 'authorize', 'scope', 'place'] as const)(
    'is given up in %s when the client goes',
    async (hook) => {
      const asked = Promise.withResolvers<void>()
      const never = (): Promise<never> => {
        asked.resolve()
        return new Promise(() => {})
      }
      const set = uploadSet('photos', { storage: memoryStorage() })
      const answer = fetchHandler(uploadHandler(set, { scope: () => 'ann', [hook]: never }))
      const client = new AbortController()
      const init = { method: 'POST', body: formOf(['a.txt', 'x']), signal: client.signal }
      const answered = answer(new Request('http://localhost/', init))
      await asked.promise
      client.abort()
      expect(await code(await answered)).toBe('400 truncated-body')
    },
  )
})

test('a hook may return a query of a database library, which is a thenable and no promise', async () => {
  /** It runs when it is awaited, as queries of Prisma and Knex do. */
  const query = <Result>(run: () => Result): Promise<Result> => {
    // oxlint-disable-next-line unicorn/no-thenable -- This is the point of the test.
    const thenable = { then: (resolve: (result: Result) => void) => resolve(run()) }
    return Object.assign(Object.create(null), thenable)
  }
  const rows: string[] = []
  await using site = await siteOfUsers({
    context: () => query(() => ({ user: 'ann' })),
    authorize: () => query(() => true),
    scope: () => query(() => 'ann'),
    place: () => query(() => ({ folder: '2026' })),
    stored: ([file]) => query(() => rows.push(file?.key ?? '')),
    deleted: (file) => query(() => rows.push(`without ${file.key}`)),
  })
  const posted = await fetch(site.origin, { method: 'POST', body: formOf(['a.txt', 'x']) })
  expect((await json(posted)).result).toBe(1)
  expect((await fetch(`${site.origin}/2026/a.txt`, { method: 'DELETE' })).status).toBe(204)
  expect(rows).toEqual(['ann/2026/a.txt', 'without ann/2026/a.txt'])
})

describe('place', () => {
  test('chooses the folder and the name of each posted file, below the scope', async () => {
    await using site = await siteOfUsers({
      place: async ({ filename, field }) => {
        await wait(1)
        return { folder: `2026/${field}`, ...(filename === 'a.txt' && { name: 'first.' }) }
      },
    })
    const body = formOf(['a.txt', 'one'], ['b.txt', 'two'], ['c.txt', ''])
    const { files } = await json(await fetch(site.origin, as('ann', { method: 'POST', body })))
    expect(files.map(({ key }: { key: string }) => key)).toEqual([
      '2026/file/first.txt',
      '2026/file/b.txt',
      '2026/file/c.txt',
    ])
    expect(await (await fetch(site.origin + files[1].url, as('ann'))).text()).toBe('two')
    const headers = { 'content-disposition': 'attachment; filename="d.txt"' }
    const {
      files: [single],
    } = await json(await fetch(site.origin, as('ann', { method: 'POST', body: 'x', headers })))
    expect(single.key).toBe('2026/undefined/d.txt')
  })

  test.each([
    ['a text', 'folder', /must be an object/],
    ['null', null, /must be an object/],
    ['a folder that leads out', { folder: '../bob' }, /folderOf/],
    ['an empty folder', { folder: '' }, /folderOf/],
    ['a key', { key: 'bob/a.txt' }, /"key" is not an option/],
    ['a name that leads out', { name: '../bob/a.txt' }, /folderOf/],
    ['a number as its folder', { folder: 7 }, /"folder" .*must be a string/],
  ])('that returns %s is a failure of the server, and leaves nothing behind', async (_, result: unknown, sentence) => {
    const onError = vi.fn<(error: UploadError) => void>()
    await using site = await siteOfUsers({ onError, place: () => JSON.parse(JSON.stringify(result)) })
    expect(await code(await fetch(site.origin, as('ann', { method: 'POST', body: formOf(['a.txt', 'x']) })))).toBe(
      '500 internal-error',
    )
    expect(onError.mock.calls[0]?.[0].cause).toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(sentence),
    })
    expect(await site.everyFile()).toEqual([])
  })

  test('that returns the folder of an absent id is a failure of the server, and never the root', async () => {
    const absent: { id?: string } = {}
    // @ts-expect-error -- A program without types does not notice that the id is missing.
    await using site = await siteOfUsers({ scope: undefined, place: () => ({ folder: absent.id }) })
    expect(await code(await fetch(site.origin, as('ann', { method: 'POST', body: formOf(['a.txt', 'x']) })))).toBe(
      '500 internal-error',
    )
    expect(await site.everyFile()).toEqual([])
  })

  test('that answers late leaves no draft of a form that was refused before', async () => {
    const late = Promise.withResolvers<object>()
    await using site = await siteOfUsers({ place: ({ filename }) => (filename === 'a.txt' ? late.promise : {}) })
    // The second part has no name.
    const form = '--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nx\r\n--b\r\n\r\n'
    const answer = await site.ask(
      `POST / HTTP/1.1\r\nHost: x\r\nX-User: ann\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
    )
    expect(answer.status).toBe(400)
    late.resolve({})
    await fetch(site.origin, as('ann', { method: 'POST', body: formOf(['b.txt', 'x']) }))
    expect(await site.everyFile()).toEqual(['ann/b.txt'])
  })
})

describe('stored', () => {
  test('runs before the files are visible, with their keys in the storage, and its result is in the answer', async () => {
    const rows: string[] = []
    await using site = await siteOfUsers({
      stored: async (files, { transaction, fields, context }) => {
        expect(await site.set.get(files[0]?.key ?? '')).toBeUndefined()
        rows.push(
          ...files.map(({ key }) => `${transaction.id.length} ${context.user} ${key} ${JSON.stringify(fields)}`),
        )
        return { id: 7 }
      },
    })
    const body = formOf(['a.txt', 'one'], ['b.txt', 'two'])
    const answer = await fetch(site.origin, as('ann', { method: 'POST', body }))
    expect([answer.status, (await json(answer)).result]).toEqual([201, { id: 7 }])
    const put = await fetch(`${site.origin}/c.txt`, as('ann', { method: 'PUT', body: 'x' }))
    expect((await json(put)).result).toEqual({ id: 7 })
    expect(rows).toEqual(['36 ann ann/a.txt []', '36 ann ann/b.txt []', '36 ann ann/c.txt []'])
    expect(await site.everyFile()).toEqual(['ann/a.txt', 'ann/b.txt', 'ann/c.txt'])
  })

  test.each([
    ['an UploadError', () => Promise.reject(new UploadError('forbidden', { action: 'upload' })), '403 forbidden'],
    ['any other error', () => Promise.reject(new Error('the database is down')), '500 internal-error'],
    [
      'an error at once',
      () => {
        throw new Error('a bug')
      },
      '500 internal-error',
    ],
  ])('with %s keeps no file', async (_, stored, expected) => {
    const onError = vi.fn<() => void>()
    await using site = await siteOfUsers({ stored, onError })
    expect(
      await code(await fetch(site.origin, as('ann', { method: 'POST', body: formOf(['a.txt', 'x'], ['b.txt', 'y']) }))),
    ).toBe(expected)
    expect(await code(await fetch(`${site.origin}/a.txt`, as('ann', { method: 'PUT', body: 'x' })))).toBe(expected)
    expect(onError).toHaveBeenCalledTimes(expected.startsWith('5') ? 2 : 0)
    expect(await site.everyFile()).toEqual([])
  })

  test('with a result that JSON cannot hold keeps the file, and onError is told', async () => {
    const onError = vi.fn<(error: UploadError) => void>()
    await using site = await siteOfUsers({ stored: () => 1n, onError })
    const answer = await fetch(`${site.origin}/a.txt`, as('ann', { method: 'PUT', body: 'x' }))
    expect([answer.status, (await json(answer)).result]).toEqual([201, undefined])
    expect(String(onError.mock.calls[0]?.[0].cause)).toMatch(/^TypeError: JSON cannot hold the result of "stored"/)
    expect(await site.everyFile()).toEqual(['ann/a.txt'])
  })

  test('is told when the client has gone, and is waited for, so that a row has its file', async () => {
    const begun = Promise.withResolvers<AbortSignal>()
    const goOn = Promise.withResolvers<void>()
    await using site = await siteOfUsers({
      stored: async (_, { signal }) => {
        begun.resolve(signal)
        await goOn.promise
      },
    })
    const controller = new AbortController()
    const sent = fetch(`${site.origin}/a.txt`, as('ann', { method: 'PUT', body: 'x', signal: controller.signal }))
    const signal = await begun.promise
    controller.abort()
    await expect(sent).rejects.toThrow('aborted')
    await vi.waitFor(() => expect(signal.aborted).toBe(true))
    goOn.resolve()
    await vi.waitFor(async () => expect(await site.everyFile()).toEqual(['ann/a.txt']))
  })

  test('needs a storage with transactions, which is said when the handler is made', () => {
    const storage = { ...memoryStorage() }
    Reflect.deleteProperty(storage, 'createTransaction')
    const set = uploadSet('photos', { storage })
    expect(() => uploadHandler(set, { stored: () => {} })).toThrow(/"photos" .*has no transactions/)
  })
})

describe('deleted', () => {
  test('is called with the file before it goes', async () => {
    const gone: unknown[] = []
    await using site = await siteOfUsers({
      deleted: async (file, { context }) =>
        void gone.push([context.user, file.key, file.size, (await site.set.get(file.key)) !== undefined]),
    })
    await fetch(`${site.origin}/a.txt`, as('ann', { method: 'PUT', body: 'abc' }))
    expect((await fetch(`${site.origin}/a.txt`, as('ann', { method: 'DELETE' }))).status).toBe(204)
    expect(gone).toEqual([['ann', 'ann/a.txt', 3, true]])
    expect(await code(await fetch(`${site.origin}/a.txt`, as('ann', { method: 'DELETE' })))).toBe('404 not-found')
    expect(await site.everyFile()).toEqual([])
  })

  test('that throws keeps the file', async () => {
    await using site = await siteOfUsers({ deleted: () => Promise.reject(new Error('the database is down')) })
    await fetch(`${site.origin}/a.txt`, as('ann', { method: 'PUT', body: 'abc' }))
    expect(await code(await fetch(`${site.origin}/a.txt`, as('ann', { method: 'DELETE' })))).toBe('500 internal-error')
    expect(await site.everyFile()).toEqual(['ann/a.txt'])
  })

  test('is not called if a condition does not hold, and never for a later file of the same key', async () => {
    const deleted = vi.fn<() => Promise<void>>()
    await using site = await siteOfUsers({ deleted })
    await fetch(`${site.origin}/a.txt`, as('ann', { method: 'PUT', body: 'abc' }))
    const refused = await fetch(
      `${site.origin}/a.txt`,
      as('ann', { method: 'DELETE', headers: { 'if-match': '"other"' } }),
    )
    expect(await code(refused)).toBe('412 precondition-failed')
    expect(deleted).not.toHaveBeenCalled()
    deleted.mockImplementation(async () => {
      await site.set.delete('ann/a.txt')
      await site.set.save(new File(['a later one'], 'a.txt'), { folder: 'ann' })
    })
    expect((await fetch(`${site.origin}/a.txt`, as('ann', { method: 'DELETE' }))).status).toBe(204)
    expect(await site.everyFile()).toEqual(['ann/a.txt'])
  })
})

test('a hook that fails after its client has gone ends neither its request nor the process', async () => {
  const client = AbortSignal.abort(new Error('gone'))
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  try {
    const late = Promise.withResolvers<never>()
    await expect(untilGone(late.promise, client)).rejects.toThrow('gone')
    late.reject(new Error('the database is down'))
    await wait(1)
    expect(unhandled).not.toHaveBeenCalled()
  } finally {
    process.off('unhandledRejection', unhandled)
  }
})

test('a query of a database library is abandoned when the client goes', async () => {
  // oxlint-disable-next-line unicorn/no-thenable -- This is the point of the test.
  const never: PromiseLike<never> = Object.assign(Object.create(null), { then: () => {} })
  const client = new AbortController()
  const result = untilGone(never, client.signal)
  client.abort(new Error('gone'))
  await expect(result).rejects.toThrow('gone')
})

test('a hook that takes more than a minute is reported once, and waited for', async () => {
  vi.useFakeTimers()
  try {
    const told: unknown[] = []
    const work = Promise.withResolvers<string>()
    const result = watched(
      'stored',
      () => work.promise,
      (error) => told.push(error.message),
    )
    await vi.advanceTimersByTimeAsync(59_999)
    expect(told).toEqual([])
    await vi.advanceTimersByTimeAsync(120_000)
    expect(told).toEqual(['The hook "stored" has not ended for 60 seconds. Its request waits for it.'])
    work.resolve('done')
    expect(await result).toBe('done')
  } finally {
    vi.useRealTimers()
  }
})
