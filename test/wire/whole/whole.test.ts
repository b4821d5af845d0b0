import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { uploadHandler } from '../../../src/handler.ts'
import { ALL, MiB, uploadSet } from '../../../src/index.ts'
import type { UploadSet } from '../../../src/index.ts'
import { memoryStorage } from '../../../src/memory.ts'
import { attach, nodeHandler } from '../../../src/node.ts'
import { RawClient } from '../../../src/testing/adapter-contract/raw-client.ts'
import type { RawAnswer } from '../../../src/testing/adapter-contract/raw-client.ts'
import { receiveServer, sha256 } from '../../clients/receive-server.ts'
import { bodyStart, isExpecting, wholeRequests } from './whole-request.ts'

// Whole requests of clients that are not installed here, with their heads and their framing.

const stack = new AsyncDisposableStack()

afterAll(async () => await stack.disposeAsync())

/** A client of a server that keeps files in `set` and has a page for browsers. */
async function clientOf(set: UploadSet): Promise<RawClient> {
  const handler = uploadHandler(set, { base: '/uploads', page: { render: () => '<!doctype html>' } })
  const server = attach(createServer(nodeHandler(handler))).listen(0, '127.0.0.1')
  stack.defer(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port')
  return await RawClient.connect(`http://127.0.0.1:${address.port}`)
}

/** Sends a request in pieces of this size. A client that asks first gets `100 Continue` before its body goes out. */
async function replay(client: RawClient, bytes: Buffer, size: number): Promise<RawAnswer> {
  const start = isExpecting(bytes) ? bodyStart(bytes) : 0
  if (start > 0) {
    await client.send(bytes.subarray(0, start))
    expect((await client.answer()).status).toBe(100)
  }
  for (let at = start; at < bytes.length; at += size) await client.send(bytes.subarray(at, at + size))
  return await client.answer()
}

async function stored(set: UploadSet, key: string): Promise<string | undefined> {
  const opened = await set.open(key)
  if (opened === undefined) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of opened.stream()) chunks.push(chunk)
  return sha256(Buffer.concat(chunks))
}

const requests = wholeRequests()
const uploads = requests.flatMap(({ name, bytes, request: { file, ...request } }) =>
  file === undefined ? [] : [{ name, bytes, request, file }],
)

test.each(uploads)('a handler stores the file of $name: $request.about', async ({ request, file, bytes }) => {
  for (const size of [bytes.length, 1000]) {
    const set = uploadSet('files', { storage: memoryStorage(), extensions: ALL })
    const answer = await replay(await clientOf(set), bytes, size)
    expect(await stored(set, file.key)).toBe(file.sha256)
    expect(answer.status).toBe(201)
    expect(JSON.parse(answer.body.toString())).toMatchObject({ files: [{ key: file.key }], fields: request.fields })
  }
})

test.each(requests.filter(({ request }) => request.fields.length > 0))(
  '`receive` reads the form of $name: $request.about',
  async ({ request: { fields, file }, bytes }) => {
    const server = stack.use(await receiveServer(MiB))
    for (const size of [bytes.length, 1000]) {
      const answer = await replay(await RawClient.connect(server.url), bytes, size)
      expect(answer.status).toBe(200)
      const files = file === undefined ? [] : [{ field: 'file', name: file.key, sha256: file.sha256 }]
      expect(JSON.parse(answer.body.toString())).toMatchObject({ fields, files })
    }
  },
)

test.each(requests.filter(({ bytes }) => isExpecting(bytes)))(
  'a file that is too large is refused before $name sends its body',
  async ({ bytes }) => {
    const set = uploadSet('files', { storage: memoryStorage(), extensions: ALL, maxFileSize: 1000 })
    const client = await clientOf(set)
    await client.send(bytes.subarray(0, bodyStart(bytes)))
    expect((await client.answer()).status).toBe(413)
  },
)
