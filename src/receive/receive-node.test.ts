import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer as createHttp2Server, connect as connectHttp2 } from 'node:http2'
import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test, vi } from 'vitest'
import { file, formBody, someBytes } from './fixtures/form-body.ts'
import { nodeServer, readText } from './fixtures/node-server.ts'
import { openFilesIn } from '../file/fixtures/open-files.ts'
import { temporaryFolders } from './fixtures/temporary-folders.ts'
import { receive } from './receive.ts'
import type { ReceiveOptions } from './receive.ts'

const newFolder = temporaryFolders()

/** The outcome of a form, as plain data. */
async function summary(request: IncomingMessage, options?: ReceiveOptions) {
  await using upload = await receive(request, options)
  const files = await Promise.all(
    upload.files.values().map(async (each) => ({
      field: each.field,
      name: each.name,
      bytes: Buffer.from(await each.bytes()).toString('base64'),
    })),
  )
  return { fields: [...upload.fields], files }
}

function head(length: number | undefined, contentType: string, more = ''): string {
  const framing = length === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`
  return `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${contentType}\r\n${framing}\r\n${more}\r\n`
}

const FORM = await formBody([
  { name: 'title', value: 'Über' },
  file('a', 'ä.txt', 'text\r\n--X'),
  file('b', 'b.bin', 2000),
])

test('a body in writes of one byte is the same as one in a single write', async () => {
  await using server = await nodeServer((request) => summary(request))
  const response = await fetch(server.origin, {
    method: 'POST',
    headers: { 'content-type': FORM.contentType },
    body: FORM.bytes,
  })
  const whole: unknown = await response.json()
  expect(whole).toMatchObject({ fields: [['title', 'Über']], files: [{ name: 'ä.txt' }, { name: 'b.bin' }] })

  const socket = await server.connect()
  socket.write(head(FORM.bytes.length, FORM.contentType))
  for (const byte of FORM.bytes) {
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((written) => socket.write(Uint8Array.of(byte), written))
  }
  const answer = await readText(socket, (text) => text.includes('\r\n\r\n') && text.endsWith('}'))
  expect(JSON.parse(answer.slice(answer.indexOf('{')))).toEqual(whole)

  const chunked = await server.connect()
  chunked.write(head(undefined, FORM.contentType))
  for (const byte of FORM.bytes) {
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((written) => chunked.write(Buffer.from([0x31, 13, 10, byte, 13, 10]), written))
  }
  chunked.write('0\r\n\r\n')
  const other = await readText(chunked, (text) => text.includes('\r\n\r\n') && text.endsWith('}'))
  expect(JSON.parse(other.slice(other.indexOf('{')))).toEqual(whole)
})

test('a form over HTTP/2 is received', async () => {
  const outcome = Promise.withResolvers<unknown>()
  const server = createHttp2Server((request, response) => {
    receive(request).then(
      (upload) => outcome.resolve([...upload.fields]),
      (error: unknown) => outcome.reject(error),
    )
    outcome.promise.finally(() => response.end()).catch(() => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = connectHttp2(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
  const stream = client.request({ ':method': 'POST', 'content-type': FORM.contentType })
  stream.end(FORM.bytes)
  expect(await outcome.promise).toEqual([['title', 'Über']])
  await buffer(stream)
  client.close()
  server.close()
})

describe('a client that goes away in the middle', () => {
  test.each(['FIN', 'RST', 'half-close'])(
    'by %s is not taken for one that has sent all, and leaves nothing',
    async (how) => {
      const temporaryFolder = newFolder()
      await using server = await nodeServer((request) => summary(request, { temporaryFolder }))
      const { bytes, contentType } = await formBody([file('a', 'a', 2_000_000)])
      const socket = await server.connect()
      socket.write(head(bytes.length, contentType))
      socket.write(bytes.subarray(0, 1_500_000))
      await vi.waitFor(() => expect(openFilesIn(temporaryFolder)).toEqual([expect.stringContaining('(deleted)')]))
      if (how === 'RST') socket.resetAndDestroy()
      else if (how === 'FIN') socket.destroy()
      else socket.end()
      const { error } = await server.outcome()
      expect(error).toMatchObject({ code: 'truncated-body', status: 400 })
      expect(openFilesIn(temporaryFolder)).toEqual([])
      expect(readdirSync(temporaryFolder)).toEqual([])
      socket.destroy()
    },
  )

  test('before the end of a chunked body is not taken for one that has sent all', async () => {
    await using server = await nodeServer((request) => summary(request))
    const socket = await server.connect()
    socket.write(head(undefined, FORM.contentType))
    socket.write(`${FORM.bytes.length.toString(16)}\r\n`)
    socket.write(FORM.bytes)
    socket.end('\r\n')
    expect((await server.outcome()).error).toMatchObject({ code: 'truncated-body' })
  })
})

test('a form without its last delimiter is truncated', async () => {
  await using server = await nodeServer((request) => summary(request))
  const response = await fetch(server.origin, {
    method: 'POST',
    headers: { 'content-type': FORM.contentType },
    body: FORM.bytes.subarray(0, -10),
  })
  expect(response.status).toBe(400)
  expect((await server.outcome()).error).toMatchObject({ code: 'truncated-body' })
})

describe('a client that stalls', () => {
  test('is given up after the idle time-out, and leaves nothing', async () => {
    const temporaryFolder = newFolder()
    await using server = await nodeServer((request) => summary(request, { temporaryFolder, idleTimeoutMs: 50 }))
    const { bytes, contentType } = await formBody([file('a', 'a', 2_000_000)])
    const socket = await server.connect()
    socket.write(head(bytes.length, contentType))
    socket.write(bytes.subarray(0, 1_500_000))
    expect((await server.outcome()).error).toMatchObject({
      code: 'request-timeout',
      status: 408,
      details: { idleTimeoutMs: 50 },
    })
    expect(openFilesIn(temporaryFolder)).toEqual([])
    // The answer comes though the body never did.
    expect(await readText(socket, (text) => text.includes('Send the file again'))).toMatch(/^HTTP\/1\.1 408 /)
    socket.destroy()
  })
})

describe('a refused body', () => {
  const LIMIT = { maxBodySize: 1000 }
  /** More than all the buffers between client and server. */
  const SIZE = 16 * 1024 ** 2

  test.each([
    ['declared', false, ''],
    ['chunked', true, ''],
    ['declared, on a connection that is to be closed', false, 'Connection: close\r\n'],
    ['chunked, on a connection that is to be closed', true, 'Connection: close\r\n'],
  ])('%s, is answered to a client that reads only when it has sent all', async (_, isChunked, more) => {
    await using server = await nodeServer((request) => summary(request, LIMIT))
    const { bytes, contentType } = await formBody([file('a', 'a', new Uint8Array(SIZE))])
    const socket = await server.connect()
    socket.write(head(isChunked ? undefined : bytes.length, contentType, more))
    if (isChunked) socket.write(`${bytes.length.toString(16)}\r\n`)
    await new Promise((written) => socket.write(bytes, written))
    if (isChunked) socket.write('\r\n0\r\n\r\n')
    const answer = await readText(socket, (text) => text.includes('Send fewer or smaller files.'))
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('The whole request may have at most 1000 bytes.')
    socket.destroy()
  })

  test('is answered at once to a client that reads while it sends', async () => {
    await using server = await nodeServer((request) => summary(request, LIMIT))
    const socket = await server.connect()
    // It never sends more than this.
    socket.write(head(SIZE, FORM.contentType))
    expect(await readText(socket, (text) => text.includes('smaller files'))).toMatch(/^HTTP\/1\.1 413 /)
    socket.destroy()
  })

  test('leaves a connection on which the next request is understood', async () => {
    await using server = await nodeServer((request) => summary(request, { maxFileSize: 100 }))
    const { bytes, contentType } = await formBody([file('a', 'a', 500_000)])
    const { bytes: small } = await formBody([file('a', 'a', 3)])
    const socket = await server.connect()
    socket.write(head(bytes.length, contentType))
    socket.write(bytes)
    socket.write(head(small.length, contentType))
    socket.write(small)
    const answers = await readText(socket, (text) => text.endsWith(']}'))
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
    expect(answers).toContain(Buffer.from(someBytes(3)).toString('base64'))
    socket.destroy()
  })
})

describe('a body that was read before', () => {
  const post = (origin: string, headers: Record<string, string> = {}, body: Uint8Array<ArrayBuffer> = FORM.bytes) =>
    fetch(origin, { method: 'POST', headers: { 'content-type': FORM.contentType, ...headers }, body })

  test.each(['keep-alive', 'close'])('is a TypeError that says so, at once (Connection: %s)', async (connection) => {
    await using server = await nodeServer(async (request) => {
      await buffer(request)
      return summary(request)
    })
    const socket = await server.connect()
    socket.write(head(FORM.bytes.length, FORM.contentType, `Connection: ${connection}\r\n`))
    socket.write(FORM.bytes)
    const { error } = await server.outcome()
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toMatch(/has been read already, probably by a body parser/)
    expect(await readText(socket, (text) => text.includes('for this route'))).toMatch(/^HTTP\/1\.1 500 /)
    socket.destroy()
  })

  test('and was empty is a TypeError too, without a wait', async () => {
    await using server = await nodeServer(async (request) => {
      await buffer(request)
      return summary(request)
    })
    await post(server.origin, {}, new Uint8Array(0))
    expect(String((await server.outcome()).error)).toMatch(/has been read already/)
  })

  test('in part is a TypeError too', async () => {
    await using server = await nodeServer(async (request) => {
      await once(request, 'readable')
      request.read(10)
      return summary(request)
    })
    await post(server.origin)
    expect(String((await server.outcome()).error)).toMatch(/has been read already/)
  })

  test('is a TypeError for the second of two that receive the same request; the first gets everything', async () => {
    await using server = await nodeServer(async (request) => {
      const first = summary(request)
      const second: unknown = await receive(request).catch((error: unknown) => error)
      return { first: await first, second: second instanceof TypeError ? second.message : 'no error' }
    })
    const response = await post(server.origin)
    expect(await response.json()).toMatchObject({
      first: { fields: [['title', 'Über']], files: [{ name: 'ä.txt' }, { name: 'b.bin' }] },
      second: expect.stringMatching(/has been read already/),
    })
  })

  test('is a TypeError after it was received', async () => {
    await using server = await nodeServer(async (request) => {
      await summary(request)
      return summary(request)
    })
    await post(server.origin)
    expect(String((await server.outcome()).error)).toMatch(/has been read already/)
  })
})

test('a signal ends the receiving, though the client sends nothing more, and nothing is left', async () => {
  const temporaryFolder = newFolder()
  const controller = new AbortController()
  await using server = await nodeServer((request) => summary(request, { temporaryFolder, signal: controller.signal }))
  const { bytes, contentType } = await formBody([file('a', 'a', 2_000_000)])
  const socket = await server.connect()
  socket.write(head(bytes.length, contentType))
  socket.write(bytes.subarray(0, 1_500_000))
  await vi.waitFor(() => expect(openFilesIn(temporaryFolder)).not.toEqual([]))
  const reason = new Error('enough')
  controller.abort(reason)
  expect((await server.outcome()).error).toBe(reason)
  expect(openFilesIn(temporaryFolder)).toEqual([])
  socket.destroy()
})
