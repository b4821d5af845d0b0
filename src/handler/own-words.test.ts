import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { listen } from '../adapters/node/fixtures/listen.ts'
import { nodeHandler } from '../adapters/node/node-handler.ts'
import type { Sentences } from '../errors/sentences.ts'
import { UploadError } from '../errors/upload-error.ts'
import { uploadForm } from '../form/upload-form.ts'
import { toIncoming } from '../http/to-incoming.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { browse } from './fixtures/browse.ts'
import { formOf, openSite } from './fixtures/site.ts'
import { formHandler } from './form-handler.ts'
import type { PageView, UploadPage } from './page/page.ts'
import { uploadHandler } from './upload-handler.ts'

const page: UploadPage = { render: (view) => JSON.stringify(view) }

/** The header of a Node request, which is what these handlers get. */
function languageOf(request: unknown): unknown {
  const headers: object = Object(request instanceof Object && 'headers' in request ? request.headers : undefined)
  return 'accept-language' in headers ? headers['accept-language'] : undefined
}

const mistake = new Error('a mistake in a translation')
const sentences: Sentences = (refusal, request) => {
  const language = languageOf(request)
  if (language === 'xx') throw mistake
  return language === 'de' ? `Auf Deutsch: ${refusal.code}` : undefined
}

describe('a refusal of `authorize`', () => {
  test('that is its own arrives with status, sentence and Retry-After, before the body is read', async () => {
    const authorize = (): boolean => {
      throw new UploadError('refused', { status: 402, title: 'Not paid', detail: 'Pay first.', retryAfter: 3600 })
    }
    await using site = await openSite({ authorize })
    const answer = await fetch(`${site.origin}/a.txt`, { method: 'PUT', body: 'a' })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([402, '3600'])
    expect(await answer.json()).toMatchObject({ code: 'refused', title: 'Not paid', detail: 'Pay first.' })
    expect(await site.everyFile()).toEqual([])
  })

  test('because of too many requests, or of a quota, is not reported as a failure of the server', async () => {
    const told: unknown[] = []
    const authorize = ({ key }: { key?: string | undefined }): boolean => {
      if (key === 'often.txt') throw new UploadError('too-many-requests', { retryAfter: 12.5 })
      throw new UploadError('quota-exceeded', { limit: 1024, used: 1000 })
    }
    await using site = await openSite({ authorize, onError: (error) => told.push(error) })
    const often = await fetch(`${site.origin}/often.txt`, { method: 'PUT', body: 'a' })
    expect([often.status, often.headers.get('retry-after')]).toEqual([429, '13'])
    const full = await fetch(`${site.origin}/full.txt`, { method: 'PUT', body: 'a' })
    expect([full.status, await full.json()]).toMatchObject([413, { code: 'quota-exceeded', limit: 1024, used: 1000 }])
    expect(told).toEqual([])
  })

  test('for a missing session has no challenge, and the page has no link that would ask for a password', async () => {
    const authorize = ({ action }: { action: string }): boolean => {
      if (action === 'upload') return true
      throw new UploadError('unauthenticated', {})
    }
    await using site = await openSite({ authorize, listing: true, page })
    const answer = await fetch(site.origin)
    expect([answer.status, answer.headers.has('www-authenticate')]).toEqual([401, false])
    const shown = await browse(site.origin)
    const view: PageView = JSON.parse(await shown.text())
    expect([shown.status, view.canUpload, view.signIn]).toEqual([200, true, undefined])
  })
})

describe('the option `sentences`', () => {
  test('replaces the words for programs and on the page, by the request', async () => {
    await using site = await openSite({ sentences, listing: true, page })
    const german = { 'accept-language': 'de' }
    const answer = await fetch(`${site.origin}/none.txt`, { headers: german })
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { code: 'not-found', key: 'none.txt', detail: 'Auf Deutsch: not-found' },
    ])
    expect((await (await fetch(`${site.origin}/none.txt`)).json()).detail).toBe('There is no file "none.txt".')
    const shown = await browse(site.origin, { method: 'POST', body: formOf(['a.exe', 'x']), headers: german })
    const view: PageView = JSON.parse(await shown.text())
    expect([shown.status, view.problem?.detail]).toEqual([415, 'Auf Deutsch: type-not-allowed'])
  })

  test('reaches requests that are refused before there is a set', async () => {
    await using site = await openSite({ sentences, base: '/files' })
    const answer = await fetch(`${site.origin}/other`, { headers: { 'accept-language': 'de' } })
    expect((await answer.json()).detail).toBe('Auf Deutsch: not-found')
  })

  test('falls back to the usual sentence if it throws, and `onError` gets the mistake', async () => {
    const told: UploadError[] = []
    await using site = await openSite({ sentences, onError: (error) => told.push(error) })
    const answer = await fetch(`${site.origin}/none.txt`, { headers: { 'accept-language': 'xx' } })
    expect([answer.status, (await answer.json()).detail]).toEqual([404, 'There is no file "none.txt".'])
    expect(told.map(({ cause }) => cause)).toEqual([mistake])
  })

  test('tells the operator of a failure in its own words and with its cause, whatever the client reads', async () => {
    const told: UploadError[] = []
    const cause = new Error('the disk is gone')
    const authorize = (): boolean => {
      throw cause
    }
    await using site = await openSite({ authorize, sentences, onError: (error) => told.push(error) })
    const answer = await fetch(`${site.origin}/a.txt`, { headers: { 'accept-language': 'de' } })
    expect((await answer.json()).detail).toBe('Auf Deutsch: internal-error')
    expect(told).toMatchObject([{ message: 'Something went wrong on the server. Try again later.', cause }])
  })
})

test('a form that is mounted by formHandler has the words of the handler, or those of the form', async () => {
  const german = { 'accept-language': 'de' }
  const ofHandler = formHandler(uploadForm({ title: z.string() }), { received: () => 1, sentences })
  const ofForm = formHandler(uploadForm({ title: z.string() }, { sentences }), { received: () => 1 })
  for (const handler of [ofHandler, ofForm]) {
    const server = await listen(createServer(nodeHandler(handler)))
    const answer = await fetch(server.origin, { method: 'POST', body: new FormData(), headers: german })
    expect([answer.status, await answer.json()]).toMatchObject([
      422,
      { code: 'invalid-form', errors: [{ field: 'title', detail: 'Auf Deutsch: missing-field' }] },
    ])
    await server.close()
  }
})

test('a sentence that never comes does not keep a request whose client has gone', async () => {
  const client = new AbortController()
  const set = uploadSet('photos', { storage: memoryStorage() })
  const handler = uploadHandler(set, {
    authorize: () => false,
    sentences: () => {
      client.abort(new Error('gone'))
      return new Promise(() => {})
    },
  })
  const answer = await handler.handle(toIncoming(new Request('http://x/a.txt', { signal: client.signal })))
  expect(answer.status).toBe(403)
})
