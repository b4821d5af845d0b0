import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { receive } from '../../src/index.ts'
import { attach, sendProblem } from '../../src/node.ts'

/** The content of a form, as the route found it. */
export interface ReceivedForm {
  readonly fields: readonly (readonly [string, string])[]
  readonly files: readonly ReceivedFile[]
}

interface ReceivedFile {
  readonly field: string
  readonly name: string
  readonly type: string
  readonly sha256: string
}

export interface ReceiveServer extends AsyncDisposable {
  readonly url: string
  /** How many connections it has accepted. */
  connections(): number
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A server of a few lines, as an application would write it: it answers with what `receive` found. */
export async function receiveServer(maxFileSize: number): Promise<ReceiveServer> {
  let connections = 0
  const server = createServer((request, response) => {
    toReceivedForm(request, maxFileSize).then(
      (form) => response.setHeader('content-type', 'application/json').end(JSON.stringify(form)),
      (error: unknown) => sendProblem(request, response, error),
    )
  })
  server.on('connection', () => (connections += 1))
  attach(server).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function toReceivedForm(request: IncomingMessage, maxFileSize: number): Promise<ReceivedForm> {
  await using upload = await receive(request, { maxFileSize })
  const files = await Promise.all(
    upload.files.values().map(async (file) => ({
      field: file.field,
      name: file.name,
      type: file.type,
      sha256: sha256(await file.bytes()),
    })),
  )
  return { fields: [...upload.fields], files }
}
