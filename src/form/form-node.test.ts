import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { attach } from '../adapters/node/attach.ts'
import { listen } from '../adapters/node/fixtures/listen.ts'
import { sendProblem } from '../adapters/node/send-problem.ts'
import { MiB } from '../errors/byte-size.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { FieldPart, FilePart } from '../multipart/encoder.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { file, formBody } from '../receive/fixtures/form-body.ts'
import type { Storage } from '../storage/storage.ts'
import { RawClient } from '../testing/adapter-contract/raw-client.ts'
import type { RawAnswer } from '../testing/adapter-contract/raw-client.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import { PLACES } from './fixtures/places.ts'
import { PNG } from './fixtures/png.ts'
import { uploadForm } from './upload-form.ts'

const GOOD = [{ name: 'title', value: 'Hi' }, file('cover', 'a.png', PNG), file('gallery', 'b.png', PNG)]
const MULTIPART = 'multipart/form-data; boundary=XX'

/** A server whose form has a title and files, with its answers as JSON. */
async function formServer(storage: Storage) {
  const photos = uploadSet('photos', { storage, extensions: ['png'], maxFileSize: MiB, content: 'trust' })
  const shape = { title: z.string().max(3), cover: photos.one(), gallery: photos.many({ max: 2 }) }
  const post = uploadForm(shape, { keep: { secret: 's'.repeat(32), expiresInMs: Number.MIN_VALUE } })
  const reports: unknown[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      if (request.url === '/parsed') await text(request)
      const result = await post.attempt(request)
      if (!result.ok) throw result.error
      response.end(JSON.stringify(result.value))
    } catch (error) {
      reports.push(error)
      await sendProblem(request, response, error)
    }
  }
  const server = createServer((request, response) => void answer(request, response))
  const listening = await listen(attach(server))
  return { origin: listening.origin, reports, [Symbol.asyncDispose]: async () => listening.close() }
}

async function send(client: RawClient, body: Uint8Array, contentType = MULTIPART, path = '/'): Promise<RawAnswer> {
  await client.send(head(contentType, body.length, path))
  await client.send(body)
  return client.answer('POST')
}

function head(contentType: string, length: number, path = '/'): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${contentType}\r\nContent-Length: ${length}\r\n\r\n`
}

async function bytesOf(parts: readonly (FieldPart | FilePart)[]): Promise<Uint8Array<ArrayBuffer>> {
  return (await formBody(parts)).bytes
}

function problemOf({ body }: RawAnswer): { code: string; errors?: { code: string }[] } {
  return JSON.parse(body.toString())
}

const ENCODER = new TextEncoder()

describe.each(PLACES)('a form over node:http, into %s,', (_, open) => {
  test.each([
    [
      'wrong fields',
      422,
      'invalid-form',
      () =>
        bytesOf([
          { name: 'title', value: 'Hello' },
          { name: 'x', value: '1' },
        ]),
      MULTIPART,
    ],
    [
      'an oversize file among wrong fields',
      422,
      'invalid-form',
      () => bytesOf([file('cover', 'a.png', 3 * MiB), { name: 'title', value: 'Hello' }]),
      MULTIPART,
    ],
    ['no form', 422, 'invalid-form', () => bytesOf([]), MULTIPART],
    ['more than it declares', 413, 'body-too-large', () => bytesOf([...GOOD, file('x', 'x.png', 12 * MiB)]), MULTIPART],
    [
      'a name that is too long',
      413,
      'name-too-long',
      () => bytesOf([{ name: 'x'.repeat(5000), value: '' }, ...GOOD]),
      MULTIPART,
    ],
    [
      'a malformed part',
      400,
      'malformed-body',
      async () => ENCODER.encode('--XX\r\nContent-Disposition: form-data\r\n\r\n\r\n--XX--'),
      MULTIPART,
    ],
    ['the end missing', 400, 'truncated-body', async () => (await bytesOf(GOOD)).slice(0, -20), MULTIPART],
    ['plain text', 415, 'unsupported-media-type', async () => ENCODER.encode('title=Hi'), 'text/plain'],
    [
      'a urlencoded form',
      415,
      'unsupported-media-type',
      async () => ENCODER.encode('title=Hi'),
      'application/x-www-form-urlencoded',
    ],
  ])(
    'of %s gets a whole %i on a connection that stays open, and leaves nothing',
    async (_kind, status, code, body, contentType) => {
      const { storage, contents } = open()
      await using server = await formServer(storage)
      const client = await RawClient.connect(server.origin)
      const answer = await send(client, await body(), contentType)
      expect([answer.status, problemOf(answer).code]).toEqual([status, code])
      // The files that the refused form kept for the next try have expired already.
      await storage.sweep()
      expect(await contents()).toEqual([])
      const next = answer.headers['connection'] === 'close' ? await RawClient.connect(server.origin) : client
      expect((await send(next, await bytesOf(GOOD))).status).toBe(200)
      expect(next).toBe(client)
    },
  )

  test('reports a file that is too large beside all other faults', async () => {
    const { storage } = open()
    await using server = await formServer(storage)
    const client = await RawClient.connect(server.origin)
    const body = await bytesOf([
      file('cover', 'a.png', 3 * MiB),
      { name: 'title', value: 'Hello' },
      { name: 'x', value: '' },
    ])
    const { errors = [] } = problemOf(await send(client, body))
    expect(errors.map(({ code }) => code)).toEqual(['invalid-value', 'file-too-large', 'unknown-field'])
  })

  test.each([
    ['before its first file', 0],
    ['in the middle of its first file', 250],
    ['after its first file', 500],
    ['before its last byte', -1],
  ])('whose client goes away %s leaves nothing', async (_kind, size) => {
    for (const leave of ['destroy', 'reset', 'end'] as const) {
      const { storage, contents } = open()
      await using server = await formServer(storage)
      const client = await RawClient.connect(server.origin)
      const body = await bytesOf([file('cover', 'a.png', 300), ...GOOD.slice(2), GOOD[0] ?? file('x', 'x', '')])
      await client.send(head(MULTIPART, body.length))
      await client.send(body.slice(0, size))
      client[leave]()
      await vi.waitFor(() => expect(server.reports).toHaveLength(1))
      expect(await contents()).toEqual([])
    }
  })

  test.each([
    ['storage-full', 507],
    ['storage-failed', 500],
  ] as const)(
    'that the storage does not take is answered %s, on a connection that stays open',
    async (code, status) => {
      const { storage, contents } = open()
      const failure = (): UploadError => new UploadError(code, {})
      await using server = await formServer(failingStorage(storage, { seal: [1], append: [3] }, { error: failure }))
      const client = await RawClient.connect(server.origin)
      for (const parts of [GOOD, GOOD]) {
        const answer = await send(client, await bytesOf(parts))
        expect([answer.status, problemOf(answer).code]).toEqual([status, code])
        expect(await contents()).toEqual([])
      }
      expect((await send(client, await bytesOf(GOOD))).status).toBe(200)
    },
  )

  test('that a body parser has read is a TypeError, and is answered', async () => {
    const { storage } = open()
    await using server = await formServer(storage)
    const client = await RawClient.connect(server.origin)
    expect((await send(client, await bytesOf(GOOD), MULTIPART, '/parsed')).status).toBe(500)
    expect(server.reports).toEqual([expect.any(TypeError)])
    expect((await send(client, await bytesOf(GOOD))).status).toBe(200)
  })
})
