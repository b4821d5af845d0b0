import { once } from 'node:events'
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { uploadHandler } from '../../handler/upload-handler.ts'
import type { UploadHandlerOptions } from '../../handler/upload-handler-options.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { uploadSet } from '../../policy/upload-set.ts'
import { diskStorage } from '../../storage/disk/disk-storage.ts'
import { RawClient } from '../../testing/adapter-contract/raw-client.ts'
import { attach } from './attach.ts'
import { listen } from './fixtures/listen.ts'
import { nodeHandler } from './node-handler.ts'
import { sendFile } from './send-file.ts'

/** Runs `use` against a server of this listener. */
async function withServer(listener: RequestListener, use: (origin: string) => Promise<void>): Promise<void> {
  const server = await listen(attach(createServer(listener)))
  try {
    await use(server.origin)
  } finally {
    await server.close()
  }
}

function request(...lines: readonly string[]): string {
  return [...lines, 'Host: x', '', ''].join('\r\n')
}

describe('a request that the handler does not answer, or that it throws at,', () => {
  const nothing: RequestHandler = { handle: async () => undefined }
  const mistake = new Error('the password is 1234')
  const failing: RequestHandler = { handle: () => Promise.reject(mistake) }

  /** Gives up in the middle of a body. */
  const giving: RequestHandler = {
    async handle({ body }) {
      await body?.read(() => {
        throw mistake
      })
      return undefined
    },
  }

  test('goes to next, if there is one', async () => {
    const told: unknown[] = []
    for (const handler of [nothing, failing, giving]) {
      const listener = nodeHandler(handler)
      const site: RequestListener = (incoming, response) =>
        listener(incoming, response, (error) => {
          told.push(error)
          response.end('next')
        })
      await withServer(site, async (origin) => {
        const client = await RawClient.connect(origin)
        for (let count = 0; count < 2; count += 1) {
          await client.send(`${request('POST / HTTP/1.1', 'Content-Length: 300000')}${'x'.repeat(300_000)}`)
          expect((await client.answer()).body.toString()).toBe('next')
        }
      })
    }
    expect(told).toEqual([undefined, undefined, mistake, mistake, mistake, mistake])
  })

  test('is 404 and 500 else, without a word of the cause but to us', async () => {
    const told: unknown[] = []
    const onError = (error: unknown): number => told.push(error)
    await withServer(nodeHandler(nothing, { onError }), async (origin) => {
      expect(await (await fetch(origin)).json()).toMatchObject({ status: 404, code: 'not-found' })
    })
    const invalid: RequestHandler = { handle: async () => ({ status: 200, headers: { 'x-a': 'a\r\nb: c' } }) }
    for (const handler of [failing, invalid]) {
      await withServer(nodeHandler(handler, { onError }), async (origin) => {
        const response = await fetch(origin, { method: 'POST', body: 'x'.repeat(1_000_000) })
        const text = await response.text()
        expect([response.status, JSON.parse(text).code]).toEqual([500, 'internal-error'])
        expect(text).not.toContain('1234')
      })
    }
    expect(told).toEqual([mistake, expect.objectContaining({ code: 'ERR_INVALID_CHAR' })])
  })

  test('a body behind a header that HTTP does not allow is closed', async () => {
    const closed = Promise.withResolvers<string>()
    const body = {
      [Symbol.asyncIterator]: () => ({ next: stay, return: async () => (closed.resolve('closed'), stay()) }),
    }
    const stay = async () => ({ done: true as const, value: undefined })
    const handler: RequestHandler = { handle: async () => ({ status: 200, headers: { a: '\n' }, body }) }
    await withServer(nodeHandler(handler), async (origin) => {
      expect((await fetch(origin)).status).toBe(500)
      expect(await closed.promise).toBe('closed')
    })
  })
})

describe('attach', () => {
  test('takes the five-minute cut away, and is harmless when repeated', async () => {
    let requests = 0
    const server = createServer((_, response) => {
      requests += 1
      response.end()
    })
    expect(attach(attach(server))).toBe(server)
    expect(server.requestTimeout).toBe(0)
    expect(attach(createSecureServer()).requestTimeout).toBe(0)
    const running = await listen(server)
    const client = await RawClient.connect(running.origin)
    await client.ask(request('POST / HTTP/1.1', 'Content-Length: 1', 'Expect: 100-continue'))
    expect(requests).toBe(1)
    await running.close()
  })

  test('tells a client to go on only when it is its turn to be answered', async () => {
    const first = Promise.withResolvers<void>()
    await withServer(
      (incoming, response) => {
        incoming.on('data', () => undefined)
        if (incoming.url === '/first') void first.promise.then(() => response.end('1'))
        else incoming.on('end', () => response.end(Buffer.from('2'))).on('end', () => first.resolve())
      },
      async (origin) => {
        const client = await RawClient.connect(origin)
        await client.send(
          `${request('GET /first HTTP/1.1')}${request('POST /second HTTP/1.1', 'Content-Length: 1', 'Expect: 100-continue')}x`,
        )
        expect((await client.answer()).body.toString()).toBe('1')
        expect((await client.answer()).body.toString()).toBe('2')
        client.destroy()
      },
    )
  })

  const readers: Record<string, (incoming: IncomingMessage) => Promise<string>> = {
    data: async (incoming) => {
      let text = ''
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()))
      await once(incoming, 'end')
      return text
    },
    readable: async (incoming) => {
      let text = ''
      incoming.on('readable', () => (text += String(incoming.read() ?? '')))
      await once(incoming, 'end')
      return text
    },
    pipe: async (incoming) => {
      let text = ''
      for await (const chunk of incoming.pipe(new PassThrough())) text += String(chunk)
      return text
    },
    'for await': async (incoming) => {
      let text = ''
      for await (const chunk of incoming) text += String(chunk)
      return text
    },
  }
  test.each(Object.entries(readers))('other handlers that read by %s have their body asked for', async (_, read) => {
    await withServer(
      (incoming, response) => {
        void read(incoming).then((text) => response.end(text))
      },
      async (origin) => {
        const client = await RawClient.connect(origin)
        const go = await client.ask(request('POST / HTTP/1.1', 'Content-Length: 5', 'Expect: 100-continue'))
        expect(go.status).toBe(100)
        await client.send('hello')
        expect((await client.answer()).body.toString()).toBe('hello')
      },
    )
  })
})

function hasFile(text: string): boolean {
  return text.includes('filename="a.txt"\r\n\r\n') || text.startsWith('PUT')
}

describe('an upload set on disk', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'node-handler-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  /** Names of files under way, and of stored ones. */
  async function files(): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile() && /^[\da-f]{32}|\.txt$/.test(entry.name)).map(({ name }) => name)
  }

  /** Descriptors of files in the folder. */
  async function open(): Promise<number> {
    const links = await Promise.all(
      readdirSync('/proc/self/fd').map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')),
    )
    return links.filter((target) => target.startsWith(folder)).length
  }

  function photos(options: UploadHandlerOptions = {}) {
    const set = uploadSet('photos', { storage: diskStorage(folder), maxFileSize: 100_000_000, content: 'trust' })
    return { set, handler: uploadHandler(set, options) }
  }

  const FORM =
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 500000\r\n\r\n'
  const PART = '--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\n'
  const stages: Record<string, string> = {
    'in the head': FORM.slice(0, -2),
    'before the body': FORM,
    'in the head of a part': FORM + PART.slice(0, 20),
    'at the begin of a file': FORM + PART,
    'in a file': `${FORM}${PART}${'x'.repeat(200_000)}`,
    'in the delimiter after a file': `${FORM}${PART}${'x'.repeat(200_000)}\r\n--b`,
    'in a second file': `${FORM}${PART}${'x'.repeat(200_000)}\r\n${PART.replace('a.txt', 'b.txt')}x`,
    'in a body that is a file': `PUT /a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n${'x'.repeat(200_000)}`,
    'in a body in chunks': `PUT /a.txt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n${'x'.repeat(65_536)}\r\n10`,
  }
  test
    .skipIf(process.platform !== 'linux')
    .each(
      Object.entries(stages).flatMap(([stage, text]) =>
        (['reset', 'destroy', 'end'] as const).map((by) => [by, stage, text] as const),
      ),
    )('a client that goes away (%s) %s leaves nothing', async (by, _, text) => {
    const { handler } = photos()
    const begun = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    const watched: RequestHandler = {
      async handle(incoming) {
        begun.resolve()
        const outgoing = await handler.handle(incoming)
        ended.resolve()
        return outgoing
      },
    }
    await withServer(nodeHandler(watched), async (origin) => {
      const client = await RawClient.connect(origin)
      await client.send(text)
      const hasHead = text.includes('\r\n\r\n')
      if (hasHead) await begun.promise
      // A draft is under way: what is gone afterwards was there.
      await expect.poll(async () => (await files()).length > 0).toBe(hasFile(text))
      client[by]()
      if (hasHead) await ended.promise
      expect(await files()).toEqual([])
      await expect.poll(open).toBe(0)
      // And the server goes on.
      expect((await (await RawClient.connect(origin)).ask(request('OPTIONS / HTTP/1.1'))).status).toBe(204)
    })
  })

  test.skipIf(process.platform !== 'linux')('a download whose client takes nothing is given up', async () => {
    const { handler, set } = photos()
    await set.save(new File([new Uint8Array(50_000_000)], 'b.txt'))
    await withServer(nodeHandler(handler, { stallTimeoutMs: 100 }), async (origin) => {
      const client = await RawClient.connect(origin)
      await client.send(request('GET /b.txt HTTP/1.1'))
      await client.read(100_000)
      await expect.poll(open).toBe(0)
      client.destroy()
    })
  })

  test.skipIf(process.platform !== 'linux')('a download whose client goes away closes its file', async () => {
    const { handler, set } = photos()
    await set.save(new File([new Uint8Array(50_000_000)], 'a.txt'))
    await withServer(nodeHandler(handler), async (origin) => {
      for (const leave of ['reset', 'destroy'] as const) {
        const client = await RawClient.connect(origin)
        await client.send(request('GET /a.txt HTTP/1.1'))
        await client.read(100_000)
        expect(await open()).toBe(1)
        client[leave]()
        await expect.poll(open).toBe(0)
      }
    })
  })

  test('a client that never stops sending is cut at the limits', async () => {
    const drainLimits = { maxBytes: 1_000_000, maxMs: 60_000, idleMs: 60_000 }
    const { handler } = photos({ authorize: () => false })
    await withServer(nodeHandler(handler, { drainLimits }), async (origin) => {
      const client = await RawClient.connect(origin)
      await client.send(request('PUT /a.txt HTTP/1.1', 'Transfer-Encoding: chunked'))
      expect((await client.answer()).status).toBe(403)
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
      const flood = async (): Promise<void> => {
        for (;;) await client.send(chunk)
      }
      await expect(flood()).rejects.toThrow(/^write E(PIPE|CONNRESET|CANCELED)$/)
    })
  })

  test.each([
    ['maxMs', { maxBytes: 1e9, maxMs: 50, idleMs: 60_000 }],
    ['idleMs', { maxBytes: 1e9, maxMs: 60_000, idleMs: 50 }],
  ])('a client that sends no more is hung up on after %s', async (_, drainLimits) => {
    const { handler } = photos({ authorize: () => false })
    await withServer(nodeHandler(handler, { drainLimits }), async (origin) => {
      const client = await RawClient.connect(origin)
      const answer = await client.ask(request('PUT /a.txt HTTP/1.1', 'Content-Length: 10'))
      expect(answer.status).toBe(403)
      expect((await client.rest()).length).toBe(0)
    })
  })

  test('a stalled upload is given up with 408, and hung up on', async () => {
    const drainLimits = { maxBytes: 1e9, maxMs: 60_000, idleMs: 50 }
    const { handler } = photos({ idleTimeoutMs: 50 })
    await withServer(nodeHandler(handler, { drainLimits }), async (origin) => {
      const client = await RawClient.connect(origin)
      const answer = await client.ask(`${request('PUT /a.txt HTTP/1.1', 'Content-Length: 10')}hello`)
      expect([answer.status, answer.headers['connection']]).toEqual([408, 'close'])
      expect((await client.rest()).length).toBe(0)
      expect(await files()).toEqual([])
    })
  })

  test('a body that a parser has eaten is told to us, at once', async () => {
    const told: unknown[] = []
    const { handler } = photos({ onError: (error) => told.push(error.cause) })
    const listener = nodeHandler(handler, { drainLimits: { maxBytes: 1e9, maxMs: 60_000, idleMs: 60_000 } })
    const site: RequestListener = (incoming, response) => {
      incoming.resume()
      incoming.on('end', () => listener(incoming, response))
    }
    await withServer(site, async (origin) => {
      const client = await RawClient.connect(origin)
      for (let count = 0; count < 2; count += 1) {
        const answer = await client.ask(`${request('PUT /a.txt HTTP/1.1', 'Content-Length: 5')}hello`)
        expect(answer.status).toBe(500)
      }
    })
    expect(told).toEqual([expect.any(TypeError), expect.any(TypeError)])
  })

  test('one file is sent by sendFile', async () => {
    const { set } = photos()
    await set.save(new File(['hello'], 'a.txt'))
    const site: RequestListener = (incoming, response) => {
      sendFile(incoming, response, set.storage, incoming.url?.slice(1) ?? '').catch((error: unknown) => {
        response.statusCode = 404
        response.end(String(error))
      })
    }
    await withServer(site, async (origin) => {
      expect(await (await fetch(`${origin}/a.txt`)).text()).toBe('hello')
      const missing = await fetch(`${origin}/../b.txt`)
      expect([missing.status, await missing.text()]).toEqual([404, 'UploadError: There is no file "b.txt".'])
    })
  })
})
