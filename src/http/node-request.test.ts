import { once } from 'node:events'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { someBytes } from '../receive/fixtures/form-body.ts'
import { nodeServer, readText } from '../receive/fixtures/node-server.ts'
import { fromNodeRequest } from './node-request.ts'
import type { Incoming } from './incoming.ts'
import type { ByteSource } from './byte-source.ts'
import { ticks } from './fixtures/ticks.ts'

/** Large enough for many chunks. Node has the last one before it is asked for. */
const BODY = someBytes(1_000_000)
const LIMITS = { maxBytes: 64 * 1024 ** 2, maxMs: 30_000, idleMs: 30_000 }

function bodyOf({ body }: Incoming): ByteSource {
  if (body === undefined) throw new Error('The request has no body')
  return body
}

function post(length: number, more = ''): string {
  return `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n${more}\r\n`
}

describe('reading', () => {
  test('gives every chunk in order, and waits if the sink asks it to', async () => {
    await using server = await nodeServer(async (request) => {
      const chunks: Uint8Array[] = []
      let busy = false
      let overlaps = 0
      await bodyOf(fromNodeRequest(request)).read((chunk) => {
        if (busy) overlaps += 1
        busy = true
        chunks.push(Uint8Array.from(chunk))
        return new Promise((resolve) => {
          setImmediate(() => {
            busy = false
            resolve()
          })
        })
      })
      return { overlaps, body: Buffer.concat(chunks).toString('base64') }
    })
    const response = await fetch(server.origin, { method: 'POST', body: someBytes(1_000_000) })
    expect(await response.json()).toEqual({ overlaps: 0, body: Buffer.from(someBytes(1_000_000)).toString('base64') })
  })

  test('is not over before the sink is done with the last chunk, and fails if the sink fails', async () => {
    await using server = await nodeServer(async (request) => {
      let size = 0
      let finished = 0
      const finish = async (chunk: Uint8Array): Promise<void> => {
        size += chunk.length
        // If this is the last chunk, the stream ends long before these turns of the loop do.
        for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
        finished += chunk.length
        if (request.url === '/fails' && size === BODY.length) throw new Error('full')
      }
      try {
        await bodyOf(fromNodeRequest(request)).read(finish)
      } catch (error) {
        return { finished, error: String(error) }
      }
      return { finished }
    })
    const postTo = async (path: string): Promise<unknown> =>
      (await fetch(server.origin + path, { method: 'POST', body: BODY })).json()
    expect(await postTo('/')).toEqual({ finished: BODY.length })
    expect(await postTo('/fails')).toEqual({ finished: BODY.length, error: 'Error: full' })
  })

  test('goes on to the end of the body although the answer goes out at once', async () => {
    await using server = await nodeServer(async (request, response) => {
      let size = 0
      const reading = bodyOf(fromNodeRequest(request)).read((chunk) => void (size += chunk.length))
      response.end('accepted')
      await reading
      return size
    })
    const socket = await server.connect()
    socket.write(post(20_000))
    await once(socket, 'data')
    socket.write(someBytes(20_000))
    expect(await server.outcome()).toEqual({ value: 20_000 })
    socket.destroy()
  })

  test('rejects if Node has discarded a part of the body, since the answer was sent', async () => {
    await using server = await nodeServer(async (request, response) => {
      response.end('accepted')
      await once(response, 'close')
      await bodyOf(fromNodeRequest(request)).read(() => undefined)
    })
    const socket = await server.connect()
    socket.write(post(10))
    await once(socket, 'data')
    socket.write(someBytes(10))
    expect((await server.outcome()).error).toMatchObject({ details: { reason: '0 of 10 bytes arrived' } })
    socket.destroy()
  })

  test('rejects at once with the error of the sink', async () => {
    const failure = new Error('full')
    await using server = await nodeServer(async (request) => {
      const incoming = fromNodeRequest(request)
      await bodyOf(incoming).read(() => {
        if (request.url === '/throws') throw failure
        return Promise.reject(failure)
      })
    })
    for (const path of ['/throws', '/rejects']) {
      // oxlint-disable-next-line no-await-in-loop
      const socket = await server.connect()
      socket.write(post(1000).replace(' / ', ` ${path} `))
      socket.write(someBytes(10))
      // oxlint-disable-next-line no-await-in-loop
      expect((await server.outcome()).error).toBe(failure)
      socket.destroy()
    }
  })

  test('never times out while the sink is busy', async () => {
    await using server = await nodeServer(async (request) => {
      let size = 0
      const slow = (chunk: Uint8Array): Promise<void> => {
        size += chunk.length
        return new Promise((resolve) => setTimeout(resolve, 60))
      }
      await bodyOf(fromNodeRequest(request)).read(slow, { idleTimeoutMs: 20 })
      return size
    })
    const response = await fetch(server.origin, { method: 'POST', body: someBytes(100_000) })
    expect(await response.json()).toBe(100_000)
  })

  test('of a request whose client has gone already rejects with `truncated-body`', async () => {
    await using server = await nodeServer(async (request) => {
      // Without a listener, its error would end the process.
      request.on('error', () => {})
      await new Promise<void>((resolve) => request.on('close', resolve))
      await bodyOf(fromNodeRequest(request)).read(() => undefined)
    })
    const socket = await server.connect()
    socket.write(post(1000))
    socket.write(someBytes(10), () => socket.resetAndDestroy())
    expect((await server.outcome()).error).toMatchObject({ code: 'truncated-body' })
  })

  test('of a request that was destroyed unread does not wait for ever', async () => {
    await using server = await nodeServer(async (request) => {
      request.destroy()
      await bodyOf(fromNodeRequest(request)).read(() => undefined)
    })
    const socket = await server.connect()
    socket.write(post(3))
    socket.write('abc')
    expect((await server.outcome()).error).toMatchObject({ code: 'truncated-body' })
    socket.destroy()
  })

  test('rejects if the signal has aborted already', async () => {
    const reason = new Error('enough')
    await using server = await nodeServer(async (request) => {
      await bodyOf(fromNodeRequest(request)).read(() => undefined, { signal: AbortSignal.abort(reason) })
    })
    await fetch(server.origin, { method: 'POST', body: 'abc' })
    expect((await server.outcome()).error).toBe(reason)
  })
})

test('a request of a test client, which is a plain stream, can break without ending the process', async () => {
  const stream = Object.assign(new Readable({ read() {} }), {
    method: 'POST',
    url: '/',
    headers: { 'content-length': '10' },
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    complete: false,
  })
  const reading = bodyOf(fromNodeRequest(stream)).read(() => undefined)
  stream.push('abc')
  stream.destroy(new Error('gone'))
  await expect(reading).rejects.toMatchObject({ code: 'truncated-body' })
})

test('a busy sink gets no chunk before it is done, even if other code resumes the request', async () => {
  const request = Object.assign(Readable.from([1, 2, 3, 4].map((byte) => Buffer.of(byte))), {
    method: 'POST',
    url: '/',
    headers: { 'content-length': '4' },
    complete: true,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  })
  const steps: string[] = []
  await bodyOf(fromNodeRequest(request)).read(async (chunk) => {
    steps.push(`begin ${chunk[0]}`)
    await ticks()
    request.resume()
    await ticks()
    steps.push(`end ${chunk[0]}`)
  })
  expect(steps).toEqual([1, 2, 3, 4].flatMap((byte) => [`begin ${byte}`, `end ${byte}`]))
})

describe('draining', () => {
  test('discards the rest after a refusal, and can be called twice, also by another wrapper of the request', async () => {
    await using server = await nodeServer(async (request) => {
      const body = bodyOf(fromNodeRequest(request))
      await body
        .read(() => {
          throw new Error('refused')
        })
        .catch(() => {})
      void body.drain(LIMITS)
      void body.drain(LIMITS)
      await bodyOf(fromNodeRequest(request)).drain(LIMITS)
      return request.complete
    })
    const response = await fetch(server.origin, { method: 'POST', body: someBytes(5_000_000) })
    expect(await response.json()).toBe(true)
  })

  test.each([
    ['bytes', { ...LIMITS, maxBytes: 1000 }],
    ['time', { ...LIMITS, maxMs: 1 }],
    ['silence', { ...LIMITS, idleMs: 1 }],
  ])('gives the connection up after too much %s, without an error', async (_, limits) => {
    await using server = await nodeServer(async (request) => {
      await bodyOf(fromNodeRequest(request)).drain(limits)
      return request.destroyed
    })
    const socket = await server.connect()
    socket.write(post(1_000_000))
    socket.write(someBytes(2000))
    expect((await server.outcome()).value).toBe(true)
    await once(socket, 'close')
  })

  test('leaves a body alone that other code is reading, and resolves at once', async () => {
    await using server = await nodeServer(async (request) => {
      const incoming = fromNodeRequest(request)
      const all = buffer(request)
      await once(request, 'data')
      await bodyOf(incoming).drain({ ...LIMITS, maxBytes: 0 })
      return (await all).length
    })
    const response = await fetch(server.origin, { method: 'POST', body: someBytes(3_000_000) })
    expect(await response.json()).toBe(3_000_000)
  })

  test('leaves a body alone that another wrapper of the request is reading', async () => {
    await using server = await nodeServer(async (request) => {
      let size = 0
      await bodyOf(fromNodeRequest(request)).read((chunk) => {
        if (size === 0) void bodyOf(fromNodeRequest(request)).drain({ ...LIMITS, maxBytes: 0 })
        size += chunk.length
        return undefined
      })
      return size
    })
    const response = await fetch(server.origin, { method: 'POST', body: someBytes(3_000_000) })
    expect(await response.json()).toBe(3_000_000)
  })

  test.each(['', 'abc'])('resolves if other code has read the whole body (%j)', async (body) => {
    await using server = await nodeServer(async (request) => {
      await buffer(request)
      await bodyOf(fromNodeRequest(request)).drain(LIMITS)
      return request.complete
    })
    expect(await (await fetch(server.origin, { method: 'POST', body })).json()).toBe(true)
  })
})

describe('whether the answer may come before the body has ended', () => {
  test.each([
    ['HTTP/1.1', '', true],
    ['HTTP/1.1', 'Connection: close\r\n', false],
    ['HTTP/1.1', 'Connection: TE, Close\r\n', false],
    ['HTTP/1.0', '', false],
  ])('%s %j: %j', async (version, more, fullDuplex) => {
    await using server = await nodeServer(async (request) => bodyOf(fromNodeRequest(request)).fullDuplex)
    const socket = await server.connect()
    socket.write(`${post(3, more).replace('HTTP/1.1', version)}abc`)
    expect(await readText(socket, (text) => /(?:true|false)$/.test(text))).toContain(String(fullDuplex))
    socket.destroy()
  })

  test('HTTP/2: always, since it closes streams one by one', async () => {
    const told = Promise.withResolvers<boolean>()
    const server = createHttp2Server((request, response) => {
      told.resolve(bodyOf(fromNodeRequest(request)).fullDuplex)
      response.end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const client = connectHttp2(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
    client.request({ ':method': 'POST' }).end('abc')
    expect(await told.promise).toBe(true)
    client.destroy()
    server.close()
  })

  test('an adapter that can hold the answer open says so itself', async () => {
    await using server = await nodeServer(
      async (request) => bodyOf(fromNodeRequest(request, { fullDuplex: true })).fullDuplex,
    )
    const socket = await server.connect()
    socket.write(`${post(3, 'Connection: close\r\n')}abc`)
    expect(await readText(socket)).toMatch(/true/)
  })
})

describe('the signal', () => {
  test('aborts when the client goes away before it has sent all, also if it is read later', async () => {
    await using server = await nodeServer(async (request) => {
      request.on('error', () => {})
      const { signal } = fromNodeRequest(request)
      const aborted = once(signal, 'abort')
      request.resume()
      await aborted
      return [signal.aborted, fromNodeRequest(request).signal.aborted]
    })
    const socket = await server.connect()
    socket.write(post(1000), () => socket.resetAndDestroy())
    expect((await server.outcome()).value).toEqual([true, true])
  })

  test('does not abort when everything has been sent', async () => {
    await using server = await nodeServer(async (request) => {
      const { signal } = fromNodeRequest(request)
      await buffer(request)
      return signal.aborted
    })
    expect(await (await fetch(server.origin, { method: 'POST', body: 'abc' })).json()).toBe(false)
  })
})
