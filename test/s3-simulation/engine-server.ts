import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { EngineRequest } from './engine-message.ts'
import { ConnectionReset } from './simulated-engine.ts'
import type { SimulatedEngine } from './simulated-engine.ts'

const SENDER = { name: 'http', isGone: () => false }

/** An engine behind a port, for whole processes. Use `await using`, or close it. */
export class EngineServer implements AsyncDisposable {
  readonly #server: Server
  readonly endpoint: string

  private constructor(server: Server, port: number) {
    this.#server = server
    this.endpoint = `http://127.0.0.1:${port}`
  }

  static async start(engine: SimulatedEngine): Promise<EngineServer> {
    const server = createServer((request, response) => void serve(engine, request, response)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new TypeError('The server has no port')
    return new EngineServer(server, address.port)
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

async function serve(engine: SimulatedEngine, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    const answer = await engine.answer(await readRequest(incoming), SENDER)
    outgoing.writeHead(answer.status, { 'content-length': answer.body.length, ...answer.headers })
    if (answer.resetAfter === undefined) outgoing.end(answer.body)
    else outgoing.write(answer.body.subarray(0, answer.resetAfter), () => incoming.socket.resetAndDestroy())
  } catch (error) {
    if (!(error instanceof ConnectionReset)) engine.log.push(String(error))
    incoming.socket.resetAndDestroy()
  }
}

async function readRequest(incoming: IncomingMessage): Promise<EngineRequest> {
  const [path = '/', search = ''] = (incoming.url ?? '/').split('?')
  const pairs = search
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [string, string] => {
      const [name = '', value = ''] = pair.split('=')
      return [decodeURIComponent(name), decodeURIComponent(value)]
    })
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)])
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const method = incoming.method ?? 'GET'
  return { method, path, query: new Map(pairs), headers: new Map(headers), body: Buffer.concat(chunks) }
}
