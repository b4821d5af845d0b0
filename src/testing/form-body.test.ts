import { createServer, request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MiB } from '../errors/byte-size.ts'
import { receive } from '../receive/receive.ts'
import { fakeFile } from './fake-file.ts'
import { formBody } from './form-body.ts'
import type { FormContent } from './form-body.ts'

const encode = (value: string): Uint8Array => new TextEncoder().encode(value)

/** The form as it arrives: the fields, and the files as field, name, type and size. */
async function received(request: Request | IncomingMessage): Promise<unknown> {
  await using upload = await receive(request, { maxFileSize: 64 * MiB })
  const files = [...upload.files].map(([field, { name, type, size }]) => [field, name, type, size])
  return { fields: [...upload.fields], files }
}

const form = formBody({ title: 'Cats', tag: ['a', 'b'], photo: [fakeFile('cat.png'), fakeFile('é "x".jpg')] })
const ARRIVED = {
  fields: [
    ['title', 'Cats'],
    ['tag', 'a'],
    ['tag', 'b'],
  ],
  files: [
    ['photo', 'cat.png', 'image/png', 4096],
    ['photo', 'é "x".jpg', 'image/jpeg', 4096],
  ],
}

describe('a form that was made up', () => {
  test('arrives by a Fetch request, again and again', async () => {
    for (let count = 0; count < 2; count++) {
      expect(await received(form.request('http://localhost/'))).toEqual(ARRIVED)
    }
  })

  const file = new File(['hello'], 'a.txt', { type: 'text/plain' })
  const data = new FormData()
  data.append('title', 'Cats')
  data.append('file', file)
  test.each<[string, FormContent]>([
    ['a FormData', data],
    ['an object', { title: 'Cats', file }],
    ['pairs', [['title', 'Cats'], ['file', file]]], // prettier-ignore
    [
      'parts',
      [
        { name: 'title', value: 'Cats' },
        { name: 'file', filename: 'a.txt', contentType: 'text/plain', content: encode('hello') },
      ],
    ],
  ])('may be given as %s', async (_, content) => {
    expect(await received(formBody(content).request('http://localhost/'))).toEqual({
      fields: [['title', 'Cats']],
      files: [['file', 'a.txt', 'text/plain', 5]],
    })
  })

  test('has what a browser makes of a Blob, of bytes, and of an input in which nothing was chosen', async () => {
    const content = { blob: new Blob(['abc']), bytes: encode('abc'), none: new File([], '') }
    expect(await received(formBody(content).request('http://localhost/'))).toEqual({
      fields: [],
      files: [
        ['blob', 'blob', 'application/octet-stream', 3],
        ['bytes', 'blob', 'application/octet-stream', 3],
        ['none', '', 'application/octet-stream', 0],
      ],
    })
  })

  test('is byte for byte what a FormData is', async () => {
    const own = formBody(data)
    const boundary = own.contentType.split('boundary=')[1] ?? ''
    const response = new Response(data)
    const theirs = (response.headers.get('content-type') ?? '').split('boundary=')[1] ?? ''
    const expected = (await response.text()).replaceAll(theirs, boundary)
    expect((await own.bytes()).toString()).toBe(expected)
  })

  test('may be empty', async () => {
    expect(await received(formBody().request('http://localhost/'))).toEqual({ fields: [], files: [] })
  })

  test('tells its size before it is read, if that can be known', async () => {
    expect(form.headers).toEqual({ 'content-type': form.contentType, 'content-length': String(form.size) })
    expect((await form.bytes()).length).toBe(form.size)
    const unknown = formBody([{ name: 'a', filename: 'a', content: new Blob(['abc']).stream() }])
    expect(unknown.headers).toEqual({ 'content-type': unknown.contentType })
  })

  test('has the boundary that it is given', () => {
    expect(formBody({}, { boundary: 'XX' }).contentType).toBe('multipart/form-data; boundary=XX')
  })

  test('takes the headers, the method and the signal of its request', () => {
    const headers = { cookie: 'session=1', 'content-type': 'multipart/form-data; boundary=lie' }
    const request = form.request('http://localhost/', { method: 'PUT', headers, signal: AbortSignal.abort() })
    expect(request.method).toBe('PUT')
    expect(request.signal.aborted).toBe(true)
    expect(Object.fromEntries(request.headers)).toEqual({ ...headers, 'content-length': String(form.size) })
  })
})

describe('over a real connection', () => {
  const server = createServer((request, response) => {
    received(request).then(
      (arrived) => response.end(JSON.stringify({ arrived, length: request.headers['content-length'] })),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  let url = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const address = server.address()
    if (typeof address === 'object' && address !== null) url = `http://127.0.0.1:${address.port}/`
  })
  afterAll(() => {
    server.close()
  })

  test('fetch sends it, with its length', async () => {
    const response = await fetch(form.request(url))
    expect(await response.json()).toEqual({ arrived: ARRIVED, length: String(form.size) })
  })

  test('node:http sends it', async () => {
    const body = await form.bytes()
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(url, { method: 'POST', headers: form.headers }, resolve).on('error', reject).end(body)
    })
    expect(JSON.parse(await text(answer))).toEqual({ arrived: ARRIVED, length: String(form.size) })
  })
})
