import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { listen } from '../../src/adapters/node/fixtures/listen.ts'
import { diskStorage } from '../../src/disk.ts'
import { uploadHandler } from '../../src/handler.ts'
import type { UploadHandlerOptions } from '../../src/handler.ts'
import { uploadSet } from '../../src/index.ts'
import { attach, nodeHandler } from '../../src/node.ts'
import { RawClient } from '../../src/testing.ts'
import type { AdapterServer } from '../../src/testing.ts'
import { filesIn, storedIn } from '../cli/client.ts'

const FORM = '--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\n'
const HEADS = {
  'a form':
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 99999\r\n\r\n' +
    FORM,
  'a file': 'PUT /a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n',
  'a file in chunks': 'PUT /a.txt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
} as const

let folder: string
let server: AdapterServer
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-'))
})
afterEach(async () => {
  vi.useRealTimers()
  await server.close()
  await rm(folder, { recursive: true })
})

async function begin(head: string, options: UploadHandlerOptions = {}): Promise<RawClient> {
  const set = uploadSet('files', { storage: diskStorage(folder) })
  server = await listen(attach(createServer(nodeHandler(uploadHandler(set, options)))))
  const client = await RawClient.connect(server.origin)
  await client.send(head)
  return client
}

describe.each(Object.entries(HEADS))('%s that drips', (title, head) => {
  const drop = title.includes('chunks') ? '1\r\nx\r\n' : 'x'

  test('for ever just under the idle time-out is given up by its rate', async () => {
    // Only the clock of the limits is ours: the test must not take a minute.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const client = await begin(head, { idleTimeoutMs: 10_000 })
    const over = new AbortController()
    const answer = client.answer().finally(() => over.abort())
    for (let seconds = 0; !over.signal.aborted && seconds < 600; seconds += 5) {
      await client.send(drop).catch(() => {})
      // The byte is with the server when this is answered.
      await (await RawClient.connect(server.origin)).ask('OPTIONS / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
      vi.advanceTimersByTime(5000)
    }
    const { status, body } = await answer
    expect([status, JSON.parse(body.toString())]).toEqual([
      408,
      expect.objectContaining({ code: 'request-timeout', idleTimeoutMs: 60_000 }),
    ])
    vi.useRealTimers()
    await expect.poll(() => filesIn(folder), { timeout: 30_000 }).toEqual([])
  })
})

test('a client that drips faster than that is taken, however long it needs', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const content = 'x'.repeat(300)
  const client = await begin(`PUT /a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: ${content.length * 600}\r\n\r\n`)
  for (let seconds = 0; seconds < 600; seconds += 1) {
    await client.send(content)
    if (seconds % 10 === 0) {
      await (await RawClient.connect(server.origin)).ask('OPTIONS / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    }
    vi.advanceTimersByTime(1000)
  }
  expect((await client.answer()).status).toBe(201)
  expect(storedIn(folder)).toEqual(['a.txt'])
})

test('a minRate of 0 takes any drip', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const client = await begin('PUT /a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 60\r\n\r\n', { minRate: 0 })
  for (let count = 0; count < 60; count += 1) {
    await client.send('x')
    await (await RawClient.connect(server.origin)).ask('OPTIONS / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    vi.advanceTimersByTime(59_000)
  }
  expect((await client.answer()).status).toBe(201)
})
