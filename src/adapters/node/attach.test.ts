import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { expect, test } from 'vitest'
import { RawClient } from '../../testing/adapter-contract/raw-client.ts'
import { attach } from './attach.ts'
import { listen } from './fixtures/listen.ts'

/** Of Caddy, the longest of those in common use: two minutes. */
const LONGEST_PROXY_MS = 120_000

test('attach keeps an idle connection longer than proxies do, and tells the client so', async () => {
  const server = attach(createServer((_, response) => response.end('x')))
  expect(server.keepAliveTimeout).toBeGreaterThan(LONGEST_PROXY_MS)
  const running = await listen(server)
  try {
    const client = await RawClient.connect(running.origin)
    const { headers } = await client.ask('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(headers['keep-alive']).toBe(`timeout=${server.keepAliveTimeout / 1000}`)
  } finally {
    await running.close()
  }
})

test('attach does not change a time-out for idle connections that is not the default of Node', () => {
  expect(attach(createServer({ keepAliveTimeout: 1000 })).keepAliveTimeout).toBe(1000)
  expect(attach(createServer({ keepAliveTimeout: 610_000 })).keepAliveTimeout).toBe(610_000)
  const server = attach(createServer())
  server.keepAliveTimeout = 5000
  expect(attach(server).keepAliveTimeout).toBe(5000)
})

test('attach sets no time-out for idle connections on a server of HTTP/2, which has none', () => {
  expect('keepAliveTimeout' in attach(createHttp2Server())).toBe(false)
})
