import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileServer } from '../../src/serve/file-server.ts'
import { diskStorage } from '../../src/storage/disk/disk-storage.ts'
import { nodeHandler } from '../../src/adapters/node/node-handler.ts'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { RawClient } from '../../src/testing/adapter-contract/raw-client.ts'
import type { AdapterServer } from '../../src/testing/adapter-contract/steps.ts'

const BYTES = Uint8Array.from({ length: 1_000_003 }, (_, index) => (index * 7 + (index >> 8)) & 0xff)

let folder: string
let server: AdapterServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serving-'))
  await mkdir(join(folder, 'public'))
  await writeFile(join(folder, 'secret.txt'), 'the secret')
  await writeFile(join(folder, 'public/big.bin'), BYTES)
  await writeFile(join(folder, 'public/a.txt'), 'hello')
  await writeFile(join(folder, 'public/日本語.txt'), 'konnichiwa')
  await writeFile(join(folder, 'public/empty'), '')
  const files = fileServer({ '/files': diskStorage(join(folder, 'public')) })
  server = await listen(createServer(nodeHandler(files)))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

/** Sends a request as it is written, which clients with a URL parser would not, and gives the whole answer. */
async function raw(request: string): Promise<string> {
  const client = await RawClient.connect(server.origin)
  await client.send(request)
  return (await client.rest()).toString()
}

test('a file comes back byte for byte', async () => {
  const response = await fetch(`${server.origin}/files/big.bin`)
  expect(Buffer.from(await response.arrayBuffer()).equals(BYTES)).toBe(true)
})

test('a download that broke off is resumed at its end', async () => {
  const response = await fetch(`${server.origin}/files/big.bin`)
  const etag = response.headers.get('etag') ?? ''
  await response.body?.cancel()
  const rest = await fetch(`${server.origin}/files/big.bin`, { headers: { range: 'bytes=123456-', 'if-range': etag } })
  expect([rest.status, rest.headers.get('content-range')]).toEqual([206, 'bytes 123456-1000002/1000003'])
  expect(Buffer.from(await rest.arrayBuffer()).equals(BYTES.subarray(123_456))).toBe(true)
})

test('a name in any script is fetched by its URL', async () => {
  const response = await fetch(`${server.origin}/files/日本語.txt`)
  expect(await response.text()).toBe('konnichiwa')
  expect(response.headers.get('content-disposition')).toBe(
    "inline; filename=___.txt; filename*=UTF-8''%E6%97%A5%E6%9C%AC%E8%AA%9E.txt",
  )
})

test('answers without content end in time, so that the connection goes on', async () => {
  const etag = (await fetch(`${server.origin}/files/a.txt`, { method: 'HEAD' })).headers.get('etag')
  const answer = await raw(
    [
      'HEAD /files/big.bin HTTP/1.1\r\nHost: x\r\n\r\n',
      `GET /files/a.txt HTTP/1.1\r\nHost: x\r\nIf-None-Match: ${etag}\r\n\r\n`,
      'GET /files/empty HTTP/1.1\r\nHost: x\r\n\r\n',
      'HEAD /files/a.txt HTTP/1.1\r\nHost: x\r\nIf-Match: "other"\r\n\r\n',
      'GET /files/a.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=9-\r\n\r\n',
      'GET /files/a.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    ].join(''),
  )
  expect(answer.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(9))).toEqual([
    '200',
    '304',
    '200',
    '412',
    '416',
    '200',
  ])
  expect(answer.endsWith('\r\n\r\nhello')).toBe(true)
})

test.each([
  '/files/../secret.txt',
  '/files/%2e%2e/secret.txt',
  '/files/..%2fsecret.txt',
  '/files/..%5csecret.txt',
  '/files/..\\secret.txt',
  '/files/%252e%252e%252fsecret.txt',
  '/files/%c0%ae%c0%ae%c0%afsecret.txt',
  '/files/a.txt%00',
  '//files/../secret.txt',
  '/files/../../../../../../../../../../etc/passwd',
  'http://x/files/../secret.txt',
])('%s, as no browser would send it, finds nothing', async (target) => {
  const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 404 /)
  expect(answer).not.toMatch(/secret|root:/)
})
