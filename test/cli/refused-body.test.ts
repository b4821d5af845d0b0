import { once } from 'node:events'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesIn, form, open, readAnswer } from './client.ts'
import type { Answer, ClientOptions } from './client.ts'
import { serve, temporaryFolder } from './decant-process.ts'
import type { DecantProcess } from './decant-process.ts'

const SIZE = 20_000_000

const folder = temporaryFolder()
let decant: DecantProcess
let post: Required<ClientOptions>

beforeAll(async () => {
  decant = await serve(folder.path, ['--max-file-size', '1MiB'])
  post = await form('big.bin', Buffer.alloc(SIZE, 'x'))
})
afterAll(async () => {
  await decant[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

function expectRefusal({ status, headers, bytes, text }: Answer): void {
  expect(status).toBe(413)
  expect(headers['content-type']).toBe('application/problem+json')
  expect(bytes).toHaveLength(Number(headers['content-length']))
  expect(JSON.parse(text)).toMatchObject({
    code: 'file-too-large',
    limit: 1024 ** 2,
    filename: 'big.bin',
    detail: '"big.bin" is larger than the limit of 1 MiB for a file. Choose a smaller file.',
  })
  // The version of the folder's layout is all that is left.
  expect(filesIn(folder.path)).toEqual([])
}

describe('20 MB against a limit of 1 MiB: the whole answer reaches a client', () => {
  test('that declares its length', async () => {
    const sent = open(decant.port, {
      method: 'POST',
      path: '/uploads',
      headers: { ...post.headers, 'content-length': post.body.length },
    })
    sent.end(post.body)
    expectRefusal(await readAnswer(sent))
  })

  test('that sends chunks of an unknown length', async () => {
    const sent = open(decant.port, { method: 'POST', path: '/uploads', headers: post.headers })
    sent.flushHeaders()
    for (let at = 0; at < post.body.length; at += 65_536) sent.write(post.body.subarray(at, at + 65_536))
    sent.end()
    expectRefusal(await readAnswer(sent))
  })

  test('that asks first whether to send it', async () => {
    const sent = open(decant.port, {
      method: 'POST',
      path: '/uploads',
      headers: { ...post.headers, 'content-length': post.body.length, expect: '100-continue' },
    })
    sent.on('continue', () => sent.end(post.body))
    sent.flushHeaders()
    expectRefusal(await readAnswer(sent))
  })

  test('that asks first, and declares a length no request may have: nothing is sent at all', async () => {
    await using small = await serve(folder.path, ['--max-body-size', '10MB'])
    const sent = open(small.port, {
      method: 'POST',
      path: '/uploads',
      headers: { ...post.headers, 'content-length': post.body.length, expect: '100-continue' },
    })
    let asked = false
    sent.on('continue', () => (asked = true))
    sent.flushHeaders()
    const { status, text } = await readAnswer(sent)
    sent.destroy()

    expect([status, JSON.parse(text).code, asked]).toEqual([413, 'body-too-large', false])
  })

  test.each(['keep-alive', 'close'])(
    'that reads only when it has sent everything (Connection: %s)',
    async (connection) => {
      const socket = connect(decant.port, '127.0.0.1').pause()
      await once(socket, 'connect')
      const head = [
        'POST /uploads HTTP/1.1',
        'Host: 127.0.0.1',
        `Connection: ${connection}`,
        `Content-Type: ${post.headers['content-type']}`,
        `Content-Length: ${post.body.length}`,
      ]
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
      await new Promise<void>((resolve, reject) => {
        socket.write(post.body, (error) => (error ? reject(error) : resolve()))
      })
      // Half-closed: the server ends a kept connection, too, and `buffer` comes to an end.
      socket.end()
      const [answerHead = '', text = ''] = (await buffer(socket)).toString().split('\r\n\r\n')
      const [statusLine = '', ...lines] = answerHead.split('\r\n')
      const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(': ', 2)))

      expectRefusal({ status: Number(statusLine.split(' ')[1]), headers, bytes: Buffer.from(text), text })
    },
  )
})
