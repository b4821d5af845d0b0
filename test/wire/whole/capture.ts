/**
 * Makes the requests of this folder anew: `node -C source test/wire/whole/capture.ts`, with `java` 17 or later on the
 * machine. Each is everything that the client wrote to its connection (`.bin`) and, beside it, what it means (`.json`),
 * which is written here by hand.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { promisify } from 'node:util'
import { bodyStart, isExpecting } from './whole-request.ts'
import type { WholeRequest } from './whole-request.ts'

/** By the names that `JavaClients.java` has for them. */
const CASES: Readonly<Record<string, string>> = {
  'http-client-form': 'asks for HTTP/2 (Upgrade: h2c); the length is known',
  'http-client-form-in-chunks': 'HTTP/1.1 alone; the form comes in chunks, with a UUID as its boundary',
  'http-client-put': 'asks for HTTP/2 (Upgrade: h2c), and has no Content-Type',
  'http-client-put-1.1': 'HTTP/1.1 alone, without a Content-Type',
  'http-client-put-in-chunks': 'asks for HTTP/2 (Upgrade: h2c), and sends chunks',
  'http-client-expect': 'HTTP/1.1 alone; waits for 100 Continue',
  'http-client-expect-h2c': 'asks for HTTP/2 (Upgrade: h2c), and waits for 100 Continue',
  'url-connection-form': 'accepts text/html by default; a boundary with equals signs, not quoted',
  'url-connection-form-in-chunks': 'chunked streaming mode, and the boundary *****',
  'url-connection-put': 'a streamed file of fixed length, without a Content-Type',
  'url-connection-fields': 'says by itself that a POST without a Content-Type is an urlencoded form',
}
const FILENAME = 'größe 日本.bin'
/** As many bytes as a few chunks have, with line ends and dashes among them. */
const BYTES = Buffer.alloc(9000, '\r\n--\0*****--\u00FF', 'latin1')

const run = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'wire-'))
const file = join(folder, FILENAME)
await writeFile(file, BYTES)

let received = Buffer.alloc(0)
const server = createServer((socket) => {
  received = Buffer.alloc(0)
  let isAsked = false
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    const start = bodyStart(received)
    if (start < 4) return
    if (isExpecting(received) && !isAsked) {
      isAsked = true
      socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    } else if (isWhole(received)) answer(socket)
  })
})

function isWhole(bytes: Buffer): boolean {
  const start = bodyStart(bytes)
  const [, length] = /^content-length: (\d+)\r$/im.exec(bytes.toString('latin1', 0, start)) ?? []
  return length === undefined
    ? bytes.toString('latin1').endsWith('\r\n0\r\n\r\n')
    : bytes.length === start + Number(length)
}

function answer(socket: Socket): void {
  socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
}

try {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port')
  const { stdout } = await run('java', ['--version'])
  const [, version = ''] = /(\d+[.\d]*)/.exec(stdout) ?? []
  for (const [name, about] of Object.entries(CASES)) {
    const isPut = /-(?:put|expect)/.test(name)
    const url = `http://127.0.0.1:${address.port}/uploads${isPut ? '/java.bin' : ''}`
    const source = join(import.meta.dirname, 'JavaClients.java')
    await run('java', [source, name, url, file], { env: { ...env, LC_ALL: 'C.UTF-8' } })
    const request: WholeRequest = {
      client: `${name.startsWith('http-client') ? 'java.net.http' : 'HttpURLConnection'} of Java ${version}, captured`,
      about,
      fields: fieldsOf(name),
      ...(name === 'url-connection-fields'
        ? {}
        : { file: { key: isPut ? 'java.bin' : FILENAME, sha256: createHash('sha256').update(BYTES).digest('hex') } }),
    }
    await writeFile(join(import.meta.dirname, `java-${name}.bin`), received)
    await writeFile(join(import.meta.dirname, `java-${name}.json`), `${JSON.stringify(request, undefined, 2)}\n`)
  }
} finally {
  server.close()
  await rm(folder, { recursive: true })
}

function fieldsOf(name: string): [string, string][] {
  if (name === 'url-connection-fields')
    return [
      ['title', 'Grüße'],
      ['text', 'a b'],
    ]
  return name.includes('-form') ? [['title', 'Grüße']] : []
}
