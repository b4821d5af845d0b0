import { ok } from 'node:assert/strict'
import type { RequestHandler, Outgoing } from '../../http/outgoing.ts'
import type { Incoming } from '../../http/incoming.ts'
import { RawClient } from './raw-client.ts'

/** A server on which the adapter under test runs. */
export interface AdapterServer {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  close(): Promise<void>
}

/** Starts a server whose every request goes to the handler, at its root. */
export type StartAdapter = (handler: RequestHandler) => Promise<AdapterServer>

/** The tools of one promise. */
export interface Stage {
  /** Puts a handler behind a server of its own, which is closed at the end. */
  readonly serve: (handler: RequestHandler | RequestHandler['handle']) => Promise<string>
  /** A client, which goes away at the end. */
  readonly connect: (origin: string) => Promise<RawClient>
}

/** Promises by their sentences. */
export type AdapterPromises = Readonly<Record<string, (stage: Stage) => Promise<void>>>

/** Runs a promise, and cleans up after it. */
export async function onStage(start: StartAdapter, keeps: (stage: Stage) => Promise<void>): Promise<void> {
  const servers: AdapterServer[] = []
  const clients: RawClient[] = []
  try {
    await keeps({
      async serve(handler) {
        const server = await start(typeof handler === 'function' ? { handle: handler } : handler)
        servers.push(server)
        return server.origin
      },
      async connect(origin) {
        const client = await RawClient.connect(origin)
        clients.push(client)
        return client
      },
    })
  } finally {
    for (const client of clients) client.destroy()
    await Promise.all(servers.map((server) => server.close()))
  }
}

/** All bytes of a request. */
export async function readBody({ body }: Incoming): Promise<Buffer> {
  ok(body !== undefined, 'the request has no body')
  const chunks: Uint8Array[] = []
  await body.read((chunk) => {
    chunks.push(chunk.slice())
    return undefined
  })
  return Buffer.concat(chunks)
}

export function textAnswer(text: string, status: number = 200): Outgoing {
  return {
    status,
    headers: { 'content-type': 'text/plain', 'content-length': String(Buffer.byteLength(text)) },
    body: text,
  }
}

/** Bytes that show their place. */
export function pattern(size: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 7 + (index >> 8)) & 0xff))
}
