import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { attach } from '../../src/adapters/node/attach.ts'
import { nodeHandler } from '../../src/adapters/node/node-handler.ts'
import { isFromBrowser } from '../../src/http/from-browser.ts'
import type { RequestHandler } from '../../src/http/outgoing.ts'
import { parseAnswers } from './http-answers.ts'
import type { WireAnswer } from './http-answers.ts'
import { fuzzTarget } from './target.ts'
import type { Target } from './target.ts'
import { eventually, KNOWN, UploadFolder } from './upload-folder.ts'
import type { SeenRequest } from './upload-folder.ts'
import { wireCases } from './wire-text.ts'
import type { WireCase } from './wire-text.ts'

const DRAIN = { maxBytes: 100_000, maxMs: 1000, idleMs: 50 }

export const requests: Target = fuzzTarget<WireCase>({
  name: 'requests',
  promise:
    'over real sockets are answered in HTTP and never by a failure, and leave exactly the files that are told of',
  cases: wireCases,
  slow: true,
  examples: [
    // Not a failure of the server: the client chose the coding.
    {
      text:
        'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n' +
        'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      slices: [9],
      ending: 'fin',
    },
    // Node put the interim answer into the one that was still waiting for its turn.
    {
      text:
        'PUT /a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\nPOST / HTTP/1.1\r\nHost: localhost\r\n' +
        'Content-Type: multipart/form-data; boundary="-"\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n',
      slices: [1],
      ending: 'close',
    },
    // Node refuses the first itself, and then reads bytes that it reports to no listener.
    {
      text:
        'GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n' +
        'Content-Length: 79\r\n\r\n--b\r\nContent-Disposition: form-data; name="a"; filename="a.txt"\r\n\r\nabc\r\n--b--\r\n',
      slices: [1000],
      ending: 'close',
    },
  ],
  async open() {
    const folder = await UploadFolder.open()
    const site = await openServer(folder)
    return {
      async check(wire) {
        await folder.restore()
        const { seen, received } = await site.converse(wire)
        const { answers, rest } = parseAnswers(
          received,
          seen.map(({ method }) => method),
        )
        if (wire.ending === 'close' || wire.ending === 'wait')
          equal(rest.toString('latin1'), '', 'every answer is whole')
        const own = answers.findIndex(isOfNode)
        const told = own === -1 ? answers : answers.slice(0, own)
        await folder.check(seen.map((request, index) => ({ request, answer: told[index] })))
        await folder.restore()
        const good = await site.converse({ text: '', slices: [GOOD.length], ending: 'close' })
        const { answers: found } = parseAnswers(good.received, ['GET'])
        deepEqual(found[0]?.body, KNOWN, 'a good request is answered afterwards')
      },
      async close() {
        await site.close()
        await folder.close()
      },
    }
  },
})

/**
 * Node's answer to a request without Host, which it reports to no listener. Nothing after it is answered on that
 * connection.
 */
function isOfNode({ status, headers }: WireAnswer): boolean {
  return status === 400 && !headers.has('content-type')
}

const GOOD = 'GET /known.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

function toBytes(text: string, ending: WireCase['ending']): Buffer {
  return Buffer.from(ending === 'close' ? text + GOOD : text, 'latin1')
}

interface Conversation {
  /** The requests that Node made of what was sent, in order. */
  readonly seen: readonly SeenRequest[]
  readonly received: Buffer
}

interface FuzzedServer {
  /** Resolves when both sides have closed, and all work on the requests is over. */
  converse(wire: WireCase): Promise<Conversation>
  close(): Promise<void>
}

async function openServer(folder: UploadFolder): Promise<FuzzedServer> {
  let seen: { request: IncomingMessage; chunks: Buffer[] }[] = []
  const running = new Set<unknown>()
  const handler: RequestHandler = {
    async handle(incoming) {
      running.add(incoming)
      try {
        return await folder.handler.handle(incoming)
      } finally {
        running.delete(incoming)
      }
    },
  }
  const listener = nodeHandler(handler, { drainLimits: DRAIN, stallTimeoutMs: 1000 })
  const server = attach(
    createServer(
      { headersTimeout: 100, keepAliveTimeout: 50, keepAliveTimeoutBuffer: 1, connectionsCheckingInterval: 20 },
      (request, response) => {
        const chunks: Buffer[] = []
        seen.push({ request, chunks })
        tap(request, chunks)
        listener(request, response)
      },
    ),
  )
  const port = await listen(server)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return {
    async converse({ text, slices, ending }) {
      seen = []
      const accepted = once(server, 'connection')
      const received = await send(port, accepted, toBytes(text, ending), slices, ending)
      await eventually(() => sockets.size === 0 && running.size === 0, 'the connection is closed and all work done')
      return { seen: seen.map(({ request, chunks }) => toSeen(request, chunks)), received }
    },
    async close() {
      server.close()
      await once(server, 'close')
    },
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return address.port
}

/** Keeps the requests of Node's parser, before any code of ours sees them. */
function tap(request: IncomingMessage, chunks: Buffer[]): void {
  const push = request.push.bind(request)
  request.push = (chunk, encoding) => {
    if (Buffer.isBuffer(chunk)) chunks.push(Buffer.from(chunk))
    return push(chunk, encoding)
  }
}

function toSeen(request: IncomingMessage, chunks: readonly Buffer[]): SeenRequest {
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    contentType: request.headers['content-type'],
    fromBrowser: isFromBrowser({ header: (name) => request.headersDistinct[name]?.[0] }),
    isWhole: request.complete,
    body: Buffer.concat(chunks),
  }
}

/** Sends all, piece by piece, and gives what came back until the connection was closed. */
async function send(
  port: number,
  accepted: Promise<unknown>,
  bytes: Buffer,
  slices: readonly number[],
  ending: WireCase['ending'],
): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const chunks: Buffer[] = []
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // ECONNRESET and EPIPE: the server has had enough.
  socket.on('error', () => undefined)
  await accepted
  for (let at = 0, turn = 0; at < bytes.length && socket.writable; turn += 1) {
    const size = slices[turn % slices.length] ?? 1
    socket.write(bytes.subarray(at, at + size))
    at += size
    // The server gets a turn in between; after many small ones, the rest comes at once.
    if (turn < 20) await new Promise((resolve) => setImmediate(resolve))
  }
  if (ending === 'fin') socket.end()
  if (ending === 'reset') socket.resetAndDestroy()
  await closed
  return Buffer.concat(chunks)
}
