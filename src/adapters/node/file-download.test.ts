import { once } from 'node:events'
import { mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, IncomingMessage } from 'node:http'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { openFilesIn } from '../../file/fixtures/open-files.ts'
import { fileOutgoing } from '../../serve/file-outgoing.ts'
import { RawClient } from '../../testing/adapter-contract/raw-client.ts'
import { diskStorage } from '../../disk.ts'
import { attach } from './attach.ts'
import { listen } from './fixtures/listen.ts'
import { nodeHandler } from './node-handler.ts'

const folder = mkdtempSync(join(tmpdir(), 'decant-download-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => {
  vi.useRealTimers()
})

/** Bytes of which no two places look alike. */
function distinctBytes(size: number): Buffer {
  const numbers = Uint32Array.from({ length: size / 4 }, (_, index) => index)
  return Buffer.from(numbers.buffer)
}

const LARGE = distinctBytes(12_000_000)
writeFileSync(join(folder, 'large.bin'), LARGE)

async function withServer(
  use: (origin: string) => Promise<void>,
  prepare: (response: ServerResponse) => void = () => {},
): Promise<void> {
  const storage = diskStorage(folder)
  const listener = nodeHandler({ handle: (incoming) => fileOutgoing(incoming, storage, incoming.target.slice(1)) })
  const server = createServer((request, response) => {
    prepare(response)
    listener(request, response)
  })
  const running = await listen(attach(server))
  try {
    await use(running.origin)
  } finally {
    await running.close()
  }
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
}

test('many slow clients at once have every byte of a file in its place', async () => {
  await withServer(async (origin) => {
    const clients = await Promise.all(Array.from({ length: 12 }, () => RawClient.connect(origin)))
    await Promise.all(clients.map((client) => client.send(get('/large.bin'))))
    // As if it were HEAD: the content is taken below.
    for (const { status } of await Promise.all(clients.map((client) => client.answer('HEAD')))) expect(status).toBe(200)
    for (let start = 0; start < LARGE.length; start += 1_000_000) {
      for (const client of clients) {
        // One after the other, so that all the others have stopped taking in the middle.
        // oxlint-disable-next-line no-await-in-loop
        const piece = await client.read(1_000_000)
        expect(piece.equals(LARGE.subarray(start, start + 1_000_000))).toBe(true)
      }
    }
    for (const client of clients) client.destroy()
  })
})

test('a quick client has every byte of a file in its place, also past those after which the buffers grow', async () => {
  // A clock that stands still: however busy the machine is, its client is quick.
  vi.useFakeTimers({ toFake: ['performance'] })
  const content = distinctBytes(24_000_004)
  writeFileSync(join(folder, 'larger.bin'), content)
  await withServer(async (origin) => {
    const client = await RawClient.connect(origin)
    await client.send(get('/larger.bin'))
    expect((await client.answer()).body.equals(content)).toBe(true)
    client.destroy()
  })
})

test('a slow client has each small file that it asked for whole, whatever it became and whatever others were given meanwhile', async () => {
  const [old, other, changed] = [distinctBytes(60_000), Buffer.alloc(60_000, 'other'), Buffer.alloc(60_000, 'new')]
  writeFileSync(join(folder, 'small.bin'), old)
  writeFileSync(join(folder, 'other.bin'), other)
  await withServer(async (origin) => {
    const [slow, quick] = [await RawClient.connect(origin), await RawClient.connect(origin)]
    const { headers } = await quick.ask(get('/small.bin'))
    // More than the kernel keeps for a connection: most of it waits in the server.
    await slow.send(get('/small.bin').repeat(200))
    for (let time = 0; time < 20; time += 1) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await quick.ask(get('/other.bin'))).body.equals(other)).toBe(true)
    }
    writeFileSync(join(folder, 'small.bin'), changed)
    expect((await quick.ask(get('/small.bin'))).body.equals(changed)).toBe(true)
    for (let time = 0; time < 200; time += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await slow.answer()
      expect(answer.body.equals(answer.headers['etag'] === headers['etag'] ? old : changed)).toBe(true)
    }
    slow.destroy()
    quick.destroy()
  })
})

test('a client that goes away in the middle leaves no file open, and one that stays has it all', async () => {
  await withServer(async (origin) => {
    const [gone, stays] = [await RawClient.connect(origin), await RawClient.connect(origin)]
    await gone.send(get('/large.bin'))
    await stays.send(get('/large.bin'))
    await gone.read(1_000_000)
    gone.reset()
    const { body } = await stays.answer()
    expect(body.equals(LARGE)).toBe(true)
    if (process.platform === 'linux') await expect.poll(() => openFilesIn(folder)).toEqual([])
    stays.destroy()
  })
})

test('a file that becomes shorter while it is sent breaks off, and is closed', async () => {
  writeFileSync(join(folder, 'shrinking.bin'), LARGE)
  await withServer(async (origin) => {
    const client = await RawClient.connect(origin)
    await client.send(get('/shrinking.bin'))
    await client.answer('HEAD')
    const beginning = await client.read(1000)
    truncateSync(join(folder, 'shrinking.bin'), 0)
    const got = Buffer.concat([beginning, await client.rest()])
    expect(got.length).toBeLessThan(LARGE.length)
    expect(got.equals(LARGE.subarray(0, got.length))).toBe(true)
    if (process.platform === 'linux') await expect.poll(() => openFilesIn(folder)).toEqual([])
  })
})

test('a client that goes away while its answer waits for those of others does not disturb them', async () => {
  const handler = nodeHandler({
    async handle({ native, target }) {
      if (target === '/gone' && native instanceof IncomingMessage) native.socket.destroy()
      return { status: 200, headers: {}, body: new Uint8Array(10) }
    },
  })
  const running = await listen(attach(createServer(handler)))
  const [gone, stays] = [await RawClient.connect(running.origin), await RawClient.connect(running.origin)]
  await gone.send(get('/gone'))
  expect(await gone.rest()).toHaveLength(0)
  expect((await stays.ask(get('/'))).status).toBe(200)
  stays.destroy()
  await running.close()
})

test('a connection that is not a socket may keep written chunks', async () => {
  const kept: Buffer[] = []
  const connection = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      kept.push(chunk)
      done()
    },
  })
  const storage = diskStorage(folder)
  const server = attach(
    createServer(nodeHandler({ handle: (incoming) => fileOutgoing(incoming, storage, 'large.bin') })),
  )
  server.emit('connection', connection)
  connection.push('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await once(connection, 'finish')
  const answer = Buffer.concat(kept)
  expect(answer.subarray(answer.indexOf('\r\n\r\n') + 4).equals(LARGE)).toBe(true)
})

test('middleware that keeps written chunks, and never calls back, has every chunk to itself', async () => {
  const kept: Uint8Array[] = []
  const keepChunks = (response: ServerResponse): void => {
    response.write = (chunk: unknown) => {
      if (chunk instanceof Uint8Array) kept.push(chunk)
      return true
    }
    const end = response.end.bind(response)
    response.end = () => end(Buffer.concat(kept))
  }
  await withServer(async (origin) => {
    const client = await RawClient.connect(origin)
    const { body } = await client.ask(get('/large.bin'))
    expect(body.equals(LARGE)).toBe(true)
    client.destroy()
  }, keepChunks)
})

test('a small file is whole for the next client after middleware has overwritten the bytes that it was given', async () => {
  const content = distinctBytes(10_240)
  writeFileSync(join(folder, 'small.bin'), content)
  // The cache keeps no file whose next change could have the same time.
  const before = new Date(Date.now() - 60_000)
  utimesSync(join(folder, 'small.bin'), before, before)
  const sent: Uint8Array[] = []
  const takeDown = (response: ServerResponse): void => {
    const end = response.end.bind(response)
    Object.defineProperty(response, 'end', {
      value: (chunk?: Uint8Array) => {
        if (chunk !== undefined) sent.push(chunk)
        return end(chunk)
      },
    })
  }
  await withServer(async (origin) => {
    for (let time = 0; time < 30; time += 1) {
      // One after the other: each client gets what the one before has left.
      // oxlint-disable-next-line no-await-in-loop
      const answer = await fetch(`${origin}/small.bin`)
      // oxlint-disable-next-line no-await-in-loop
      expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true)
      for (const chunk of sent) new Uint8Array(chunk.buffer).fill(0)
    }
  }, takeDown)
  // A file that is in memory goes out in one call with its head, not read by a thread.
  expect(sent.length).toBeGreaterThan(1)
})
