import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { relative, join } from 'node:path'
import { buffer } from 'node:stream/consumers'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly bytes: Buffer
  readonly text: string
}

export interface ClientOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
}

/** A request as it is written: unlike `fetch`, any Host, Origin and target. */
export async function request(port: number, target: string, options: ClientOptions = {}): Promise<Answer> {
  const { method = options.body === undefined ? 'GET' : 'POST', headers = {}, body } = options
  const sent = open(port, { method, path: target, headers })
  const answer = readAnswer(sent)
  sent.end(body)
  return answer
}

export function open(port: number, options: RequestOptions): ClientRequest {
  return httpRequest({ host: '127.0.0.1', port, agent: false, ...options })
}

export async function readAnswer(sent: ClientRequest): Promise<Answer> {
  const [response]: IncomingMessage[] = await once(sent, 'response')
  if (response === undefined) throw new Error('There is no response.')
  // It may still be sending when the test is over and kills the server.
  sent.on('error', () => {})
  const bytes = await buffer(response)
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() }
}

/** A form with one file, as a browser sends it. */
export async function form(name: string, content: string | Buffer<ArrayBuffer>): Promise<Required<ClientOptions>> {
  const fields = new FormData()
  fields.append('file', new Blob([content]), name)
  const encoded = new Response(fields)
  return {
    method: 'POST',
    headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
    body: Buffer.from(await encoded.arrayBuffer()),
  }
}

/** A socket that has sent the head of a PUT and a part of the announced body. */
export async function halfAnUpload(port: number, name: string, sent: Buffer, size: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  // ECONNRESET is what some of these uploads are to meet.
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(
    `PUT /uploads/${name} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: ${size}\r\n\r\n`,
  )
  socket.write(sent)
  return socket
}

/** Every file below a folder but the version of its layout and the leases of its owners; private ones, too. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name !== 'format' && entry.name !== 'lease')
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted()
}

/** The drafts below a folder. */
export function draftsIn(folder: string): string[] {
  return filesIn(folder).filter((path) => path.startsWith(join('.decant', 'drafts')))
}

/** The stored files of a folder. */
export function storedIn(folder: string): string[] {
  return filesIn(folder).filter((path) => !path.startsWith('.decant'))
}
