import { expect, test } from 'vitest'
import { nodeServer } from '../receive/fixtures/node-server.ts'
import { fromFetchRequest } from './fetch-request.ts'
import { toIncoming } from './to-incoming.ts'

test('a Fetch request and a Node request of the same content are seen as the same', async () => {
  await using server = await nodeServer(async (request) => {
    const incoming = toIncoming(request)
    return {
      method: incoming.method,
      target: incoming.target,
      mount: incoming.mount,
      type: incoming.header('content-type'),
      accept: incoming.header('accept'),
      missing: incoming.header('x-missing') ?? null,
      length: incoming.body?.length,
    }
  })
  const url = `${server.origin}/a%20b/%2e?x=%31&y`
  const init = { method: 'POST', headers: { 'content-type': 'text/plain', accept: 'text/html', 'content-length': '3' } }
  const answer: unknown = await (await fetch(url, { ...init, body: 'abc' })).json()
  const incoming = toIncoming(new Request(url, { ...init, body: 'abc' }))
  expect(answer).toEqual({
    method: incoming.method,
    target: incoming.target,
    mount: incoming.mount,
    type: incoming.header('content-type'),
    accept: incoming.header('accept'),
    missing: null,
    length: incoming.body?.length,
  })
  expect(incoming).toMatchObject({ method: 'POST', target: expect.stringMatching(/\?x=%31&y$/), mount: '' })
})

test('a request without Content-Length and Transfer-Encoding has no body, one of length 0 has', async () => {
  expect(toIncoming(new Request('http://localhost')).body).toBeUndefined()
  const headers = { 'content-length': '0' }
  expect(toIncoming(new Request('http://localhost', { method: 'POST', headers })).body?.length).toBe(0)

  await using server = await nodeServer(async (request) => toIncoming(request).body?.length ?? 'none')
  expect(await (await fetch(server.origin)).json()).toBe('none')
  expect(await (await fetch(server.origin, { method: 'POST' })).json()).toBe(0)
})

test('several headers of one name are joined', async () => {
  await using server = await nodeServer(async (request) => toIncoming(request).header('accept'))
  const socket = await server.connect()
  socket.write(
    'GET / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nAccept: application/json\r\nConnection: close\r\n\r\n',
  )
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  expect(text).toContain('"text/html, application/json"')
})

test('the address of the client is known if the runtime tells it', async () => {
  await using server = await nodeServer(async (request) => toIncoming(request).clientAddress ?? 'unknown')
  expect(await (await fetch(server.origin)).json()).toBe('127.0.0.1')
  expect(toIncoming(new Request('http://localhost')).clientAddress).toBeUndefined()
  expect(fromFetchRequest(new Request('http://localhost'), { clientAddress: '::1' }).clientAddress).toBe('::1')
})

test('an object that holds a request as `raw` is accepted, and an error for any other says what to pass', () => {
  const raw = new Request('http://localhost/a?b', { method: 'POST', body: 'abc' })
  expect(toIncoming({ raw }).target).toBe('/a?b')
  for (const other of [{}, { raw: {} }, { raw: null }, { raw: { raw } }, null]) {
    // @ts-expect-error -- JavaScript may pass anything.
    expect(() => toIncoming(other)).toThrow(/^This is neither .* Pass ctx\.req in Koa/)
  }
})
