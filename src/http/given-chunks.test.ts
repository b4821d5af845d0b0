import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { someBytes } from '../receive/fixtures/form-body.ts'
import { nodeServer } from '../receive/fixtures/node-server.ts'
import type { ByteSource } from './byte-source.ts'
import type { Incoming } from './incoming.ts'
import { fromNodeRequest } from './node-request.ts'

/** Large enough for many chunks. */
const BODY = someBytes(1_000_000)

function bodyOf({ body }: Incoming): ByteSource {
  if (body === undefined) throw new Error('The request has no body')
  return body
}

test('a body gives its chunks away, but none that another listener may keep', async () => {
  const watch: Record<string, (request: IncomingMessage, keep: (chunk: Uint8Array) => void) => void> = {
    '/watched': (request, keep) => request.on('data', keep),
    '/watched-once': (request, keep) => request.once('data', keep),
    '/watched-later': (request, keep) => request.prependOnceListener('data', keep),
    // Tools that record requests do this.
    '/replaced': (request, keep) => {
      const emit = request.emit.bind(request)
      request.emit = (event: string, ...values: unknown[]) => {
        if (event === 'data' && values[0] instanceof Uint8Array) keep(values[0])
        return emit(event, ...values)
      }
    },
    '/fetched': (request, keep) => {
      request.on('readable', () => {
        for (let chunk = request.read(); chunk !== null; chunk = request.read()) keep(chunk)
      })
    },
  }
  await using server = await nodeServer(async (request) => {
    const others: Uint8Array[] = []
    const beginWatching = (): void => watch[request.url ?? '']?.(request, (chunk) => others.push(chunk))
    if (request.url !== '/watched-later') beginWatching()
    const given: (boolean | undefined)[] = []
    const reading = bodyOf(fromNodeRequest(request)).read((chunk, isGiven) => {
      given.push(isGiven)
      // As a storage does that has written it.
      if (isGiven === true && chunk.buffer instanceof ArrayBuffer) chunk.buffer.transfer(0)
      return undefined
    })
    if (request.url === '/watched-later') beginWatching()
    await reading
    return { isGiven: given.every(Boolean), isKept: others.every((chunk) => chunk.length > 0) && others.length > 0 }
  })
  const postTo = async (path: string): Promise<unknown> =>
    (await fetch(server.origin + path, { method: 'POST', body: BODY })).json()
  expect(await postTo('/')).toEqual({ isGiven: true, isKept: false })
  for (const path of Object.keys(watch)) {
    // oxlint-disable-next-line no-await-in-loop
    expect([path, await postTo(path)]).toEqual([path, { isGiven: false, isKept: true }])
  }
})

test('a body gives away no chunk that another part of the program has fetched with read()', async () => {
  await using server = await nodeServer(async (request) => {
    const fetched: Uint8Array[] = []
    let isGiven: boolean | undefined
    const reading = bodyOf(fromNodeRequest(request)).read(async (chunk, isOwn) => {
      isGiven ??= isOwn
      // As a storage does that has written it.
      if (isOwn === true && chunk.buffer instanceof ArrayBuffer) chunk.buffer.transfer(0)
      await new Promise((resolve) => setImmediate(resolve))
      const more: unknown = request.read()
      if (more instanceof Uint8Array) fetched.push(more)
    })
    await reading
    return { isGiven, fetched: fetched.map(({ length }) => length > 0) }
  })
  const response = await fetch(server.origin, { method: 'POST', body: BODY })
  const { isGiven, fetched } = await response.json()
  expect(isGiven).toBe(true)
  expect(fetched.length).toBeGreaterThan(0)
  expect(fetched.every(Boolean)).toBe(true)
})

test('a body gives away no chunk of a request that no server has parsed, such as that of a test', async () => {
  const bytes = someBytes(100_000)
  const request = Object.assign(Readable.from([bytes]), {
    method: 'POST',
    url: '/',
    headers: { 'content-length': '100000' },
    complete: true,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    socket: { remoteAddress: '127.0.0.1' },
  })
  const given: (boolean | undefined)[] = []
  await bodyOf(fromNodeRequest(request)).read((_, isGiven) => void given.push(isGiven))
  expect(given).toEqual([false])
})
