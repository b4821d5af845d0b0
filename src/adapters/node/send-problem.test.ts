import { createServer, request as httpRequest } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { UploadError } from '../../errors/upload-error.ts'
import { receive } from '../../receive/receive.ts'
import { sendProblem } from './send-problem.ts'

let server: Server | undefined
afterEach(() => server?.close().closeAllConnections())

async function listen(
  listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<number> {
  server = createServer((request, response) => {
    listener(request, response).catch((error: unknown) => sendProblem(request, response, error))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function get(
  port: number,
  method = 'GET',
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
      response.on('error', reject)
    })
    request.on('error', reject).end()
  })
}

test('a refusal is told with its status, its headers and its sentence', async () => {
  const port = await listen(async () => {
    throw new UploadError('method-not-allowed', { method: 'GET', allow: ['POST'] })
  })
  const { status, headers, body } = await get(port)
  expect(status).toBe(405)
  expect(headers).toMatchObject({ 'content-type': 'application/problem+json', allow: 'POST' })
  expect(JSON.parse(body)).toMatchObject({ code: 'method-not-allowed', detail: 'GET is not allowed here. Use POST.' })
})

test('of any other failure it says nothing but that there was one', async () => {
  const port = await listen(async () => {
    throw new Error('the password is swordfish')
  })
  const { status, body } = await get(port)
  expect(status).toBe(500)
  expect(JSON.parse(body)).toMatchObject({ code: 'internal-error' })
  expect(body).not.toContain('swordfish')
})

test('the answer to HEAD has no content', async () => {
  const port = await listen(async () => {
    throw new UploadError('not-found', {})
  })
  expect(await get(port, 'HEAD')).toMatchObject({ status: 404, body: '' })
})

test('a client that closes its connection afterwards and reads only when it has sent all hears it whole', async () => {
  const port = await listen(async (request, response) => {
    await using upload = await receive(request, { maxFileSize: 1024 })
    response.end(String(upload.files.size))
  })
  const head = '--b\r\nContent-Disposition: form-data; name="f"; filename="big"\r\n\r\n'
  const size = 20 * 1024 ** 2
  const length = head.length + size + '\r\n--b--\r\n'.length
  const socket = connect(port, '127.0.0.1')
  socket.pause()
  socket.write(
    `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n\r\n${head}`,
  )
  await new Promise<void>((resolve) => socket.write(`${'x'.repeat(size)}\r\n--b--\r\n`, () => resolve()))
  let answer = ''
  for await (const chunk of socket.setEncoding('utf8')) answer += String(chunk)
  expect(answer).toMatch(/^HTTP\/1.1 413 /)
  expect(answer).toContain('"code":"file-too-large"')
})

test('half an answer of other code is cut off, so that it cannot look whole', async () => {
  const port = await listen(async (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half')
    throw new Error('broken')
  })
  await expect(get(port)).rejects.toThrow(/aborted|hang up|ECONNRESET/)
})
