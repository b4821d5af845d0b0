import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer as createHttp2Server, connect as connectHttp2 } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { file, formBody, someBytes } from './fixtures/form-body.ts'
import { nodeServer, readText } from './fixtures/node-server.ts'
import { FORM, summary, TOLD } from './fixtures/part-account.ts'
import { parts } from './parts.ts'
import type { PartsOptions } from './parts.ts'

function head(length: number, contentType: string, more = ''): string {
  return `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${contentType}\r\nContent-Length: ${length}\r\n${more}\r\n`
}

async function readAll(request: IncomingMessage, options?: PartsOptions): Promise<unknown[]> {
  const told: unknown[] = []
  for await (const part of parts(request, options)) told.push(await summary(part))
  return told
}

/** More than all the buffers between client and server. */
const LARGE = await formBody([file('a', 'a', new Uint8Array(24 * 1024 ** 2)), { name: 'b', value: 'b' }])

/** Turns enough for a server to read all of it. */
async function turns(): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop
  for (let turn = 0; turn < 2000; turn += 1) await new Promise(setImmediate)
}

test('a form of node:http comes in its parts', async () => {
  await using server = await nodeServer((request) => readAll(request))
  const response = await fetch(server.origin, {
    method: 'POST',
    headers: { 'content-type': FORM.contentType },
    body: FORM.bytes,
  })
  expect(await response.json()).toEqual(TOLD)
})

test('a form in writes of one byte comes in the same parts', async () => {
  await using server = await nodeServer((request) => readAll(request))
  const socket = await server.connect()
  socket.write(head(FORM.bytes.length, FORM.contentType))
  for (const byte of FORM.bytes) {
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((written) => socket.write(Uint8Array.of(byte), written))
  }
  expect(await server.outcome()).toEqual({ value: TOLD })
  socket.destroy()
})

test('a form over HTTP/2 comes in its parts', async () => {
  const outcome = Promise.withResolvers<unknown>()
  const server = createHttp2Server((request, response) => {
    const read = async (): Promise<unknown[]> => {
      const told: unknown[] = []
      for await (const part of parts(request)) told.push(await summary(part))
      response.end()
      return told
    }
    read().then(outcome.resolve, outcome.reject)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = connectHttp2(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
  const stream = client.request({ ':method': 'POST', 'content-type': FORM.contentType })
  stream.end(FORM.bytes)
  expect(await outcome.promise).toEqual(TOLD)
  await buffer(stream)
  client.close()
  server.close()
})

describe('a part that is not read', () => {
  test('never hangs the request', async () => {
    await using server = await nodeServer(async (request) => {
      const fields: string[] = []
      for await (const { field } of parts(request)) fields.push(field)
      return fields
    })
    const { contentType, bytes } = LARGE
    const response = await fetch(server.origin, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: bytes,
    })
    expect(await response.json()).toEqual(['a', 'b'])
  })

  test('stops the socket from being read, and can still be read later', async () => {
    const read: number[] = []
    await using server = await nodeServer(async (request) => {
      for await (const part of parts(request)) {
        await turns()
        read.push(request.socket.bytesRead)
        if (part.kind === 'file') read.push((await part.bytes()).length)
      }
      return 'done'
    })
    const { contentType, bytes } = LARGE
    const response = await fetch(server.origin, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: bytes,
    })
    expect(await response.json()).toBe('done')
    expect(read[0]).toBeLessThan(512 * 1024)
    expect(read[1]).toBe(24 * 1024 ** 2)
  })
})

test('a reader that stops in the middle of a part stops the socket from being read', async () => {
  const read: number[] = []
  await using server = await nodeServer(async (request) => {
    for await (const part of parts(request)) {
      for await (const chunk of part.stream()) {
        if (read.length > 0) continue
        await turns()
        read.push(request.socket.bytesRead - chunk.length)
      }
    }
    return 'done'
  })
  const { contentType, bytes } = LARGE
  const response = await fetch(server.origin, { method: 'POST', headers: { 'content-type': contentType }, body: bytes })
  expect(await response.json()).toBe('done')
  expect(read[0]).toBeLessThan(512 * 1024)
})

describe('a loop that is left', () => {
  test.each(['break', 'throw'])('by %s leaves a connection on which the next request is understood', async (how) => {
    await using server = await nodeServer(async (request) => {
      const fields: string[] = []
      for await (const { field } of parts(request)) {
        fields.push(field)
        if (field === 'a' && how === 'throw') throw new Error('thrown')
        if (field === 'a') break
      }
      return fields
    })
    const socket = await server.connect()
    socket.write(head(LARGE.bytes.length, LARGE.contentType))
    // It reads only when it has sent everything.
    await new Promise((written) => socket.write(LARGE.bytes, written))
    const { bytes, contentType } = await formBody([{ name: 'c', value: 'c' }])
    socket.write(head(bytes.length, contentType))
    socket.write(bytes)
    const answers = await readText(socket, (text) => text.endsWith('["c"]'))
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${how === 'throw' ? 500 : 200}`, 'HTTP/1.1 200'])
    expect(answers).toContain(how === 'throw' ? 'thrown' : '["a"]')
    socket.destroy()
  })

  test('answers at once, to a client that never sends the rest', async () => {
    await using server = await nodeServer(async (request) => {
      for await (const part of parts(request)) return part.field
      return 'none'
    })
    const socket = await server.connect()
    socket.write(head(LARGE.bytes.length, LARGE.contentType))
    socket.write(LARGE.bytes.subarray(0, 100_000))
    expect(await readText(socket, (text) => text.endsWith('"a"'))).toMatch(/^HTTP\/1\.1 200 /)
    socket.destroy()
  })

  test('while a part is still being read rejects that read', async () => {
    await using server = await nodeServer(async (request) => {
      const readings: Promise<unknown>[] = []
      for await (const part of parts(request)) {
        readings.push(part.bytes().catch((error: unknown) => (error instanceof TypeError ? error.message : error)))
        break
      }
      return Promise.all(readings)
    })
    const socket = await server.connect()
    socket.write(head(LARGE.bytes.length, LARGE.contentType))
    socket.write(LARGE.bytes.subarray(0, 100_000))
    expect(await server.outcome()).toEqual({ value: [expect.stringContaining('The part "a" is gone')] })
    socket.destroy()
  })
})

describe('a client that goes away', () => {
  test.each(['FIN', 'RST', 'half-close'])('by %s rejects the read of the part, and the loop', async (how) => {
    const begun = Promise.withResolvers<unknown>()
    await using server = await nodeServer(async (request) => {
      const loop = parts(request)[Symbol.asyncIterator]()
      const { value } = await loop.next()
      begun.resolve(undefined)
      const read: unknown = await value?.bytes().catch((error: unknown) => error)
      const next: unknown = await loop.next().catch((error: unknown) => error)
      return [read, next, await loop.next()]
    })
    const socket = await server.connect()
    socket.write(head(LARGE.bytes.length, LARGE.contentType))
    socket.write(LARGE.bytes.subarray(0, 100_000))
    await begun.promise
    if (how === 'RST') socket.resetAndDestroy()
    else if (how === 'FIN') socket.destroy()
    else socket.end()
    const truncated = expect.objectContaining({ code: 'truncated-body' })
    expect(await server.outcome()).toEqual({ value: [truncated, truncated, { done: true }] })
    socket.destroy()
  })

  test('between two reads makes the next read reject', async () => {
    const gone = Promise.withResolvers<unknown>()
    const begun = Promise.withResolvers<unknown>()
    await using server = await nodeServer(async (request) => {
      for await (const part of parts(request)) {
        request.on('close', gone.resolve)
        begun.resolve(part)
        await gone.promise
        await part.bytes()
      }
      return 'done'
    })
    const socket = await server.connect()
    socket.write(head(LARGE.bytes.length, LARGE.contentType))
    socket.write(LARGE.bytes.subarray(0, 100_000))
    await begun.promise
    socket.resetAndDestroy()
    expect((await server.outcome()).error).toMatchObject({ code: 'truncated-body' })
  })

  test('before the first part rejects the loop', async () => {
    await using server = await nodeServer((request) => readAll(request))
    const socket = await server.connect()
    socket.write(head(LARGE.bytes.length, LARGE.contentType))
    socket.end(LARGE.bytes.subarray(0, 10))
    expect((await server.outcome()).error).toMatchObject({ code: 'truncated-body' })
    socket.destroy()
  })
})

test('a client that stalls is given up after the idle time-out, and gets its answer', async () => {
  await using server = await nodeServer((request) => readAll(request, { idleTimeoutMs: 50 }))
  const socket = await server.connect()
  socket.write(head(LARGE.bytes.length, LARGE.contentType))
  socket.write(LARGE.bytes.subarray(0, 100_000))
  expect(await readText(socket, (text) => text.includes('Send the file again'))).toMatch(/^HTTP\/1\.1 408 /)
  socket.destroy()
})

test('a signal ends the read of a part, even if the client sends no more bytes', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const begun = Promise.withResolvers<unknown>()
  await using server = await nodeServer(async (request) => {
    for await (const part of parts(request, { signal: controller.signal })) {
      for await (const chunk of part.stream()) begun.resolve(chunk)
    }
    return 'done'
  })
  const socket = await server.connect()
  socket.write(head(LARGE.bytes.length, LARGE.contentType))
  socket.write(LARGE.bytes.subarray(0, 100_000))
  await begun.promise
  controller.abort(reason)
  expect((await server.outcome()).error).toBe(reason)
  socket.destroy()
})

describe('a body that was read before', () => {
  test.each(['whole', 'in part'])('%s is a TypeError that says so, and the loop never hangs', async (how) => {
    await using server = await nodeServer(async (request) => {
      if (how === 'whole') await buffer(request)
      else {
        await once(request, 'readable')
        request.read(10)
      }
      return readAll(request)
    })
    await fetch(server.origin, { method: 'POST', headers: { 'content-type': FORM.contentType }, body: FORM.bytes })
    const { error } = await server.outcome()
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toMatch(/has been read already, probably by a body parser/)
  })

  test('is a TypeError for the second of two loops over the same request; the first gets everything', async () => {
    await using server = await nodeServer(async (request) => {
      const sizes: number[] = []
      for await (const part of parts(request)) {
        const second: unknown = await readAll(request).catch((error: unknown) => error)
        if (!(second instanceof TypeError)) throw new Error('The second loop was let through')
        sizes.push((await part.bytes()).length)
      }
      return sizes
    })
    const { bytes, contentType } = await formBody([file('a', 'a', someBytes(300_000)), file('b', 'b', 3)])
    const response = await fetch(server.origin, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: bytes,
    })
    expect(await response.json()).toEqual([300_000, 3])
  })
})
