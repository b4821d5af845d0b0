// The same as sender.c, for machines without a C compiler: the same arguments, the same line of JSON.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import process, { argv } from 'node:process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gW3'

const options = new Map(argv.slice(2).map((text) => splitAt(text, text.indexOf('='))))
const kind = option('kind')
const path = option('path')
const port = Number(option('port'))
const connections = Number(option('connections'))
const requests = Number(option('requests'))
const size = Number(option('size'))
const isVerified = option('verify') === '1'
const block = readFileSync(option('block'))
const agent = new Agent({ keepAlive: true, maxSockets: connections })
let begun = 0
let bytes = 0

const start = performance.now()
await Promise.all(Array.from({ length: Math.min(connections, requests) }, keepGoing))
const seconds = (performance.now() - start) / 1000
const { user, system } = process.cpuUsage()
agent.destroy()
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, bytes }))

async function keepGoing(): Promise<void> {
  while (begun < requests) {
    begun += 1
    await exchange(begun)
  }
}

async function exchange(number: number): Promise<void> {
  const name = options.get('filename') ?? `${option('prefix')}-${String(number).padStart(7, '0')}.bin`
  const head =
    kind === 'form'
      ? `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`
      : ''
  const tail = kind === 'form' ? `\r\n--${BOUNDARY}--\r\n` : ''
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    agent,
    path: kind === 'put' ? `${path}${name}` : path,
    method: { get: 'GET', put: 'PUT' }[kind] ?? 'POST',
    headers:
      kind === 'get'
        ? {}
        : {
            'content-type': kind === 'form' ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/octet-stream',
            'content-length': head.length + size + tail.length,
          },
  })
  const answered = once(request, 'response')
  if (kind === 'get') request.end()
  else await pipeline(Readable.from(body(head, tail), { objectMode: false }), request)
  const [response] = await answered
  let received = 0
  for await (const chunk of response) {
    if (kind === 'get' && isVerified) compare(chunk, received)
    received += chunk.length
  }
  if (response.statusCode < 200 || response.statusCode > 299) {
    throw new Error(`Request ${number} was answered with ${response.statusCode}.`)
  }
  if (kind === 'get' && received !== size) throw new Error(`Request ${number}: ${received} bytes came.`)
  bytes += size
}

function* body(head: string, tail: string): Generator<Buffer> {
  if (head !== '') yield Buffer.from(head)
  for (let left = size; left > 0; left -= block.length) yield left < block.length ? block.subarray(0, left) : block
  if (tail !== '') yield Buffer.from(tail)
}

function compare(chunk: Buffer, offset: number): void {
  for (let at = 0; at < chunk.length;) {
    const from = (offset + at) % block.length
    const length = Math.min(chunk.length - at, block.length - from)
    if (chunk.compare(block, from, from + length, at, at + length) !== 0) {
      throw new Error('The bytes are not those of the file.')
    }
    at += length
  }
}

function option(name: string): string {
  const value = options.get(name)
  if (value === undefined) throw new TypeError(`${name} is needed`)
  return value
}

function splitAt(text: string, index: number): [string, string] {
  return [text.slice(0, index), text.slice(index + 1)]
}
