import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ChunkOwnership } from './chunk-ownership.ts'

/** A request like that of an HTTP/1 server. The test pushes its chunks. */
function openRequest(more: object = {}) {
  return Object.assign(new Readable({ read() {} }), { httpVersionMajor: 1, socket: { parser: {} } }, more)
}

/** A method that does the same as Node's, like that of a tool that records chunks. */
function replaced(method: 'emit' | 'read') {
  return function (this: Readable, ...values: unknown[]): unknown {
    return Reflect.apply(Readable.prototype[method], this, values)
  }
}

/** Listens like a reader of the body, and notes for each chunk if it was its own. */
function own(request: Readable & { readonly httpVersionMajor: number }) {
  request.pause()
  const ownership = new ChunkOwnership(request)
  const chunks: [chunk: string, isOurs: boolean][] = []
  request.on('data', (chunk) => chunks.push([String(chunk), ownership.isOurs]))
  request.on('newListener', (event: string) => ownership.addListener(event))
  return { ownership, chunks }
}

test('the chunks of a connection belong to their only listener', async () => {
  const request = openRequest()
  const { chunks } = own(request)
  request.resume()
  request.push('one')
  await setImmediate()
  request.push('two')
  expect(chunks).toEqual([
    ['one', true],
    ['two', true],
  ])
})

test.each([
  ['of HTTP/2', { httpVersionMajor: 2 }],
  ['of a request that no server has parsed', { socket: { remoteAddress: '127.0.0.1' } }],
  ['of a request without a socket', { socket: null }],
  ['of a request whose emit() was replaced', { emit: replaced('emit') }],
  ['of a request whose read() was replaced', { read: replaced('read') }],
])("the chunks %s are not their listener's own", async (_, more) => {
  const request = openRequest(more)
  const { chunks } = own(request)
  request.resume()
  request.push('one')
  await setImmediate()
  expect(chunks).toEqual([['one', false]])
})

describe('a chunk is shared', () => {
  test.each(['data', 'readable'])('with a listener to %s that was there before', async (event) => {
    const request = openRequest()
    request.on(event, () => {})
    const { chunks } = own(request)
    request.resume()
    request.push('one')
    await setImmediate()
    request.read()
    expect(chunks).toEqual([['one', false]])
  })

  test.each(['data', 'readable'])('with a listener to %s that comes later', async (event) => {
    const request = openRequest()
    const { chunks } = own(request)
    request.resume()
    request.push('one')
    await setImmediate()
    request.once(event, () => {})
    request.push('two')
    await setImmediate()
    request.read()
    expect(chunks).toEqual([
      ['one', true],
      ['two', false],
    ])
  })

  test('if it is fetched with read() while the request is paused, and the next one is not', async () => {
    const request = openRequest()
    const { chunks } = own(request)
    request.push('one')
    expect(String(request.read())).toBe('one')
    request.resume()
    await setImmediate()
    request.push('two')
    expect(chunks).toEqual([
      ['one', false],
      ['two', true],
    ])
  })

  test('if it is fetched with read() just before the request flows', async () => {
    const request = openRequest()
    const { chunks } = own(request)
    request.push('one')
    request.resume()
    expect(String(request.read())).toBe('one')
    await setImmediate()
    request.push('two')
    await setImmediate()
    request.pause()
    request.push('three')
    request.resume()
    expect(String(request.read())).toBe('three')
    expect(chunks).toEqual([
      ['one', false],
      ['two', true],
      ['three', false],
    ])
  })

  test('if it is fetched with read() from a request that was paused before it began to flow', async () => {
    const request = openRequest()
    const { chunks } = own(request)
    request.resume()
    request.pause()
    await setImmediate()
    request.push('one')
    expect(String(request.read())).toBe('one')
    expect(chunks).toEqual([['one', false]])
  })
})

test('other listeners share nothing', async () => {
  const request = openRequest()
  const { chunks } = own(request)
  request.on('end', () => {})
  request.on('error', () => {})
  request.resume()
  request.push('one')
  await setImmediate()
  expect(chunks).toEqual([['one', true]])
})
