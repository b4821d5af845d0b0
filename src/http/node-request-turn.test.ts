import { once } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { someBytes } from '../receive/fixtures/form-body.ts'
import { nodeServer } from '../receive/fixtures/node-server.ts'
import type { ByteSource } from './byte-source.ts'
import { ticks } from './fixtures/ticks.ts'
import type { Incoming } from './incoming.ts'
import { fromNodeRequest } from './node-request.ts'

function bodyOf({ body }: Incoming): ByteSource {
  if (body === undefined) throw new Error('The request has no body')
  return body
}

/** A request as test clients bring it, which has all of its body. */
function plainStream(chunks: readonly string[]) {
  return Object.assign(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), {
    method: 'POST',
    url: '/',
    headers: { 'content-length': String(chunks.join('').length) },
    complete: true,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  })
}

test('small bodies of all requests that come in one turn are read when that is over, in order; others at once', async () => {
  const order: string[] = []
  const read = (text: string, headers: Record<string, string> = { 'content-length': String(text.length) }) => {
    const request = Object.assign(plainStream([text]), { headers })
    return bodyOf(fromNodeRequest(request)).read((chunk) => void order.push(String(chunk).slice(0, 10)))
  }
  const small = read('first')
  await ticks()
  const largest = read('second'.padEnd(65_536))
  await ticks()
  const larger = read('large'.padEnd(65_537))
  const unknown = read('unknown', { 'transfer-encoding': 'chunked' })
  await ticks()
  order.push('all have come')
  await Promise.all([small, largest, larger, unknown])
  expect(order.map((text) => text.trim())).toEqual(['large', 'unknown', 'all have come', 'first', 'second'])
})

describe('a small body, before it begins at the end of the turn,', () => {
  test('is read to its end even where the answer goes out at once', async () => {
    await using server = await nodeServer(async (request, response) => {
      let size = 0
      const reading = bodyOf(fromNodeRequest(request)).read((chunk) => void (size += chunk.length))
      response.end('accepted')
      await reading
      return size
    })
    const socket = await server.connect()
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n')
    await once(socket, 'data')
    socket.write(someBytes(20_000))
    expect(await server.outcome()).toEqual({ value: 20_000 })
    socket.destroy()
  })

  test('may be begun by somebody else, and still waits where the sink asks it to', async () => {
    const stream = plainStream(['one', 'two', 'three'])
    let busy = false
    const order: string[] = []
    const reading = bodyOf(fromNodeRequest(stream)).read(async (chunk) => {
      order.push(busy ? 'overlap' : String(chunk))
      busy = true
      for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
      busy = false
    })
    stream.resume()
    await reading
    expect(order).toEqual(['one', 'two', 'three'])
  })

  test('fails where the request cannot be resumed, and ends no process', async () => {
    const failure = new Error('no')
    const stream = plainStream(['one'])
    const reading = bodyOf(fromNodeRequest(stream)).read(() => undefined)
    stream.resume = () => {
      throw failure
    }
    await expect(reading).rejects.toBe(failure)
  })
})
