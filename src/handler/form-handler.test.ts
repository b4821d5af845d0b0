import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { UploadError } from '../errors/upload-error.ts'
import { json } from '../form/json-field.ts'
import { uploadForm } from '../form/upload-form.ts'
import type { UploadFormOptions } from '../form/upload-form.ts'
import { toIncoming } from '../http/to-incoming.ts'
import { PNG } from '../form/fixtures/png.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { file, formRequest } from '../receive/fixtures/form-body.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import { browse } from './fixtures/browse.ts'
import { serveHandler } from './fixtures/form-site.ts'
import { formHandler } from './form-handler.ts'

const one = (): number => 1

function letterForm(options: UploadFormOptions = {}, storage = memoryStorage()) {
  const photos = uploadSet('photos', { storage, extensions: ['png'] })
  const shape = {
    title: z.string().max(5, 'Use at most 5 characters.'),
    details: json(z.object({ n: z.number() }).optional()),
    cover: photos.optional(),
  }
  return { form: uploadForm(shape, options), storage }
}

function letter(title = 'Hi'): FormData {
  const body = new FormData()
  body.append('title', title)
  body.append('cover', new File([PNG], 'cat.png', { type: 'image/png' }))
  return body
}

async function keysIn(storage: ReturnType<typeof memoryStorage>): Promise<string[]> {
  return (await storage.list()).entries.map(({ key }) => key)
}

describe('a form behind a URL', () => {
  test('is received in the transaction of its files, and answered with the result of `received`', async () => {
    const { form, storage } = letterForm()
    const seen: unknown[] = []
    const handler = formHandler(form, {
      context: (request: { headers: NodeJS.Dict<string | string[]> }) => ({ user: request.headers['x-user'] }),
      authorize: ({ context }) => context.user === 'ann',
      scope: ({ context }) => `user-${String(context.user)}`,
      async received(data, { context, scope, transaction, signal, request }) {
        seen.push(context, scope, typeof transaction.id, signal.aborted, request.headers['x-user'])
        seen.push(await keysIn(storage))
        return { title: data.title, n: data.details?.n, cover: data.cover?.key }
      },
    })
    await using site = await serveHandler(handler)
    const body = letter()
    body.append('details', new Blob(['{"n":7}'], { type: 'application/json' }))
    const answer = await fetch(site.origin, { method: 'POST', body, headers: { 'x-user': 'ann' } })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toEqual({ title: 'Hi', n: 7, cover: 'cat.png' })
    expect(seen).toEqual([{ user: 'ann' }, 'user-ann', 'string', false, 'ann', []])
    expect(await keysIn(storage)).toEqual(['cat.png'])

    const refused = await fetch(site.origin, { method: 'POST', body: letter(), headers: { 'x-user': 'bob' } })
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'forbidden' }])
    expect(seen).toHaveLength(6)
  })

  test('asks `context` once for each form, and not for requests that no form can have', async () => {
    let asked = 0
    const { form } = letterForm()
    const handler = formHandler(form, { context: () => (asked += 1), received: (_, { context }) => context })
    await using site = await serveHandler(handler)
    await fetch(site.origin)
    await fetch(`${site.origin}/other`, { method: 'POST', body: letter() })
    await fetch(site.origin, { method: 'OPTIONS' })
    expect(asked).toBe(0)
    expect(await (await fetch(site.origin, { method: 'POST', body: letter() })).json()).toBe(1)
  })

  test('is 204 without a result, and a Response is sent as it is', async () => {
    const { form } = letterForm()
    const results: unknown[] = [
      undefined,
      new Response('<p>Ok', { status: 202, headers: { 'content-type': 'text/html', 'set-cookie': 'a=b' } }),
      null,
    ]
    await using site = await serveHandler(formHandler(form, { received: () => results.shift() }))
    const post = (): Promise<Response> => fetch(site.origin, { method: 'POST', body: letter() })
    const empty = await post()
    expect([empty.status, await empty.text()]).toEqual([204, ''])
    const own = await post()
    expect([own.status, await own.text()]).toEqual([202, '<p>Ok'])
    expect(own.headers.get('set-cookie')).toBe('a=b')
    expect(own.headers.get('cache-control')).toBe('no-store')
    const none = await post()
    expect([none.status, await none.text()]).toEqual([201, 'null'])
  })

  test('sends a browser without JavaScript to the URL of `redirect`, and others the result', async () => {
    const { form } = letterForm()
    const handler = formHandler(form, {
      received: ({ cover }) => ({ id: cover?.key ?? '' }),
      redirect: ({ id }) => `/letters/${id}`,
    })
    await using site = await serveHandler(handler)
    const init = (): RequestInit => ({ method: 'POST', body: letter() })
    const redirected = await browse(site.origin, init())
    expect([redirected.status, redirected.headers.get('location')]).toEqual([303, '/letters/cat.png'])
    const answered = await fetch(site.origin, init())
    expect([answered.status, await answered.json()]).toEqual([201, { id: 'cat_1.png' }])
  })

  test.each(['', '/'])('lies at its base, also if "%s" follows', async (end) => {
    const { form } = letterForm()
    await using site = await serveHandler(formHandler(form, { base: '/letters', received: () => 1 }))
    const post = (path: string): Promise<Response> => fetch(site.origin + path, { method: 'POST', body: letter() })
    expect((await post(`/letters${end}?a=b`)).status).toBe(201)
    expect((await post(`/letters/x${end}`)).status).toBe(404)
    expect((await post(`/lettersx${end}`)).status).toBe(404)
  })
})

describe('a form behind a URL is refused', () => {
  test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('with 405 and Allow for %s', async (method) => {
    const { form } = letterForm()
    await using site = await serveHandler(formHandler(form, { received: () => 1 }))
    const answer = await fetch(site.origin, { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })

  test('with all errors, their labels and the kept files, and leaves nothing that can be seen', async () => {
    const keep = { secret: 's'.repeat(32) }
    const { form, storage } = letterForm({ keep, labels: { title: 'Title' } } satisfies UploadFormOptions)
    const scope = (): string => 'ann'
    await using site = await serveHandler(formHandler(form, { scope, received: ({ cover }) => cover?.key }))
    const answer = await fetch(site.origin, { method: 'POST', body: letter('too long') })
    expect(answer.status).toBe(422)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const problem = z
      .object({ kept: z.object({ field: z.object({ name: z.string(), value: z.string() }), files: z.any() }) })
      .loose()
      .parse(await answer.json())
    expect(problem).toMatchObject({
      code: 'invalid-form',
      detail: 'Title: Use at most 5 characters.',
      errors: [{ field: 'title', label: 'Title', code: 'invalid-value' }],
      kept: { files: [{ field: 'cover', filename: 'cat.png' }] },
    })
    expect(await keysIn(storage)).toEqual([])

    const body = new FormData()
    body.append('title', 'Hi')
    body.append(problem.kept.field.name, problem.kept.field.value)
    await using other = await serveHandler(formHandler(form, { scope: () => 'bob', received: () => 1 }))
    const stolen = await fetch(other.origin, { method: 'POST', body })
    expect([stolen.status, await stolen.json()]).toMatchObject([404, { code: 'not-found' }])
    expect(await (await fetch(site.origin, { method: 'POST', body })).json()).toBe('cat.png')
  })

  test('if a page of another site sent it, unless the handler lists its origin', async () => {
    const { form } = letterForm({ origins: ['https://form.example'] })
    const options = { origins: ['https://app.example'], received: () => 1 }
    await using site = await serveHandler(formHandler(form, options))
    const send = (origin: string): Promise<Response> =>
      fetch(site.origin, { method: 'POST', body: letter(), headers: { origin, 'sec-fetch-site': 'cross-site' } })
    expect((await send('https://form.example')).status).toBe(403)
    const allowed = await send('https://app.example')
    expect(allowed.status).toBe(201)
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example')
    const preflight = await fetch(site.origin, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'POST, OPTIONS'])
  })

  test('if it asks another host, and if all slots are taken', async () => {
    const { form } = letterForm()
    await using site = await serveHandler(formHandler(form, { hosts: ['app.example'], received: () => 1 }))
    expect((await fetch(site.origin, { method: 'POST', body: letter() })).status).toBe(403)
    await using full = await serveHandler(formHandler(form, { maxUploads: 0, received: () => 1 }))
    const answer = await fetch(full.origin, { method: 'POST', body: letter() })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10'])
  })

  test.each([
    ['context', { context: () => Promise.reject(new Error('no sessions')) }],
    ['authorize', { authorize: () => Promise.reject(new Error('no sessions')) }],
    ['scope', { scope: () => '' }],
    ['received', { received: () => Promise.reject(new Error('no database')) }],
  ])('with 500 if %s fails, which onError is told of once, and nothing is left', async (_, options) => {
    const { form, storage } = letterForm()
    const told: unknown[] = []
    const handler = formHandler(form, { received: () => 1, ...options, onError: (error) => told.push(error.cause) })
    await using site = await serveHandler(handler)
    const answer = await fetch(site.origin, { method: 'POST', body: letter() })
    expect([answer.status, await answer.json()]).toMatchObject([500, { code: 'internal-error' }])
    expect(told).toEqual([expect.any(Error)])
    expect(await keysIn(storage)).toEqual([])
  })

  test('with the refusal of a hook', async () => {
    const { form, storage } = letterForm()
    const taken = new UploadError('invalid-form', {
      errors: [{ path: ['title'], field: 'title', code: 'invalid-value', detail: 'Taken.' }],
    })
    const received = (): never => {
      throw taken
    }
    await using site = await serveHandler(formHandler(form, { received }))
    const answer = await fetch(site.origin, { method: 'POST', body: letter() })
    expect([answer.status, await answer.json()]).toMatchObject([422, { errors: [{ detail: 'Taken.' }] }])
    expect(await keysIn(storage)).toEqual([])
  })

  test.each([
    ['returns anything but true', () => 'yes'],
    ['returns nothing', () => undefined],
  ])('if authorize %s', async (_, authorize) => {
    const { form } = letterForm()
    // @ts-expect-error JavaScript may pass anything.
    await using site = await serveHandler(formHandler(form, { authorize, received: () => 1 }))
    expect((await fetch(site.origin, { method: 'POST', body: letter() })).status).toBe(403)
  })

  test('with the page of `refused`, if a browser sent it without JavaScript', async () => {
    const { form } = letterForm({ keep: { secret: 's'.repeat(32) } })
    const handler = formHandler(form, {
      context: () => ({ user: 'ann' }),
      received: () => 1,
      refused({ error, errors, values, kept }, { context }) {
        if (error.code !== 'invalid-form') return undefined
        const told = [errors.get('title')?.detail, values.get('title'), kept?.files.length, context?.user]
        return new Response(told.join(', '), { status: error.status, headers: { 'content-type': 'text/html' } })
      },
    })
    await using site = await serveHandler(handler)
    const init = (): RequestInit => ({ method: 'POST', body: letter('too long') })
    const page = await browse(site.origin, init())
    expect([page.status, page.headers.get('content-type')]).toEqual([422, 'text/html'])
    expect(await page.text()).toBe('Use at most 5 characters., too long, 1, ann')
    const problem = await fetch(site.origin, init())
    expect(problem.headers.get('content-type')).toBe('application/problem+json')
    const wrongMethod = await browse(site.origin)
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    expect(await wrongMethod.json()).toMatchObject({ code: 'method-not-allowed' })
  })

  test('with problem details if `refused` fails, which onError is told of', async () => {
    const { form } = letterForm()
    const told: unknown[] = []
    const handler = formHandler(form, {
      received: () => 1,
      refused: () => Promise.reject(new Error('no template')),
      onError: (error) => told.push(error.cause),
    })
    await using site = await serveHandler(handler)
    const answer = await browse(site.origin, { method: 'POST', body: letter('too long') })
    expect([answer.status, await answer.json()]).toMatchObject([422, { code: 'invalid-form' }])
    expect(told).toEqual([new Error('no template')])
  })
})

describe('`received`', () => {
  test('is waited for if its client has gone, and its files are published', async () => {
    const { form, storage } = letterForm()
    const running = Promise.withResolvers<AbortSignal>()
    const row = Promise.withResolvers<void>()
    const done = Promise.withResolvers<void>()
    const handler = formHandler(form, {
      async received(_, { signal }) {
        running.resolve(signal)
        await row.promise
      },
    })
    const watching = {
      handle: (incoming: Parameters<typeof handler.handle>[0]) => handler.handle(incoming).finally(done.resolve),
    }
    await using site = await serveHandler(watching)
    const client = new AbortController()
    const sending = fetch(site.origin, { method: 'POST', body: letter(), signal: client.signal })
    const signal = await running.promise
    expect(signal.aborted).toBe(false)
    client.abort()
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' })
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    expect(await keysIn(storage)).toEqual([])
    row.resolve()
    await done.promise
    expect(await keysIn(storage)).toEqual(['cat.png'])
  })

  test('that takes a minute is told to onError, and still waited for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { form } = letterForm()
      const running = Promise.withResolvers<void>()
      const row = Promise.withResolvers<number>()
      const told = Promise.withResolvers<unknown>()
      const handler = formHandler(form, {
        base: '/upload',
        received() {
          running.resolve()
          return row.promise
        },
        onError: (error) => told.resolve(error.cause),
      })
      const answering = handler.handle(toIncoming(await formRequest([{ name: 'title', value: 'Hi' }])))
      await running.promise
      vi.advanceTimersByTime(60_000)
      expect(await told.promise).toEqual(
        new TypeError('The hook "received" has not ended for 60 seconds. Its request waits for it.'),
      )
      row.resolve(1)
      expect(await answering).toMatchObject({ status: 201 })
    } finally {
      vi.useRealTimers()
    }
  })

  test('whose files could not be published is answered so, and not undone', async () => {
    const storage = failingStorage(memoryStorage(), { commit: [1] })
    const photos = uploadSet('photos', { storage, extensions: ['png'] })
    const form = uploadForm({ cover: photos.one() })
    const told: unknown[] = []
    const handler = formHandler(form, { base: '/upload', received: () => 1, onError: ({ code }) => told.push(code) })
    const answer = await handler.handle(toIncoming(await formRequest([file('cover', 'a.png', PNG)])))
    expect([answer?.status, told]).toEqual([500, ['publishing-delayed']])
  })

  test.each<[string, { received: () => unknown; redirect?: () => string }, boolean]>([
    ['a redirect that cannot be sent', { received: one, redirect: (): string => '/für' }, true],
    ['a Response with two cookies', { received: twoCookies }, false],
    ['a Response whose body was read', { received: readResponse }, false],
    ['the Response of a failure', { received: () => Response.error() }, false],
  ])('with %s is a failure that onError is told of, and its files stay', async (_, options, isBrowser) => {
    const { form, storage } = letterForm()
    const told: unknown[] = []
    const handler = formHandler(form, { ...options, onError: (error) => told.push(error.cause) })
    await using site = await serveHandler(handler)
    const answer = await (isBrowser ? browse : fetch)(site.origin, { method: 'POST', body: letter() })
    expect(answer.status).toBe(500)
    expect(told).toEqual([expect.any(TypeError)])
    expect(await keysIn(storage)).toEqual(['cat.png'])
  })
})

async function readResponse(): Promise<Response> {
  const response = new Response('x')
  await response.text()
  return response
}

function twoCookies(): Response {
  const headers = new Headers()
  headers.append('set-cookie', 'a=b')
  headers.append('set-cookie', 'c=d')
  return new Response(null, { headers })
}

describe('formHandler', () => {
  const { form } = letterForm()
  const photos = uploadSet('photos', { storage: memoryStorage() })

  test.each([
    ['without a form', [undefined, { received: one }], 'formHandler needs the result of uploadForm; got undefined.'],
    ['with a set', [photos, { received: one }], 'got an upload set, which uploadHandler takes.'],
    ['without options', [form], 'The options of formHandler must be an object; got undefined.'],
    ['without received', [form, {}], 'formHandler needs "received", a function that gets the data of a valid form.'],
    [
      'with a misspelt option',
      [form, { receive: one }],
      '"receive" is not an option of formHandler. Did you mean "received"?',
    ],
    [
      'with a redirect that is not a URL',
      [form, { received: one, redirect: '/a b' }],
      '"redirect" of formHandler must be a URL of ASCII without spaces',
    ],
    [
      'with a base that is not a path',
      [form, { received: one, base: 'letters' }],
      'The base "letters" is not a valid path.',
    ],
  ])('%s is a TypeError', (_, args, message) => {
    expect(() => Reflect.apply(formHandler, undefined, args)).toThrow(message)
  })
})
