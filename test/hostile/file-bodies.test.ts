import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RawClient } from '../../src/testing.ts'
import { filesIn, form, request } from '../cli/client.ts'
import { serve, temporaryFolder } from '../cli/decant-process.ts'
import type { DecantProcess } from '../cli/decant-process.ts'
import { openFiles, openSockets } from './open-files.ts'

const SIZE = 30_000_000
const HALF = 'x'.repeat(300_000)
const PUT = 'PUT /uploads/half.txt HTTP/1.1\r\nHost: 127.0.0.1\r\n'

/** For a machine that has other things to do. */
const PATIENCE = { timeout: 30_000 } as const

let folder: ReturnType<typeof temporaryFolder>
let decant: DecantProcess
let before: readonly string[]
let sockets: number
beforeAll(async () => {
  folder = temporaryFolder()
  decant = await serve(folder.path, ['--max-file-size', '40MB'])
  await request(decant.port, '/uploads', await form('large.bin', Buffer.alloc(SIZE)))
  before = filesIn(folder.path)
  sockets = await openSockets(decant.child.pid)
})
afterAll(async () => {
  await decant[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

async function connect(): Promise<RawClient> {
  return RawClient.connect(`http://127.0.0.1:${decant.port}`)
}

/** All is as it was: files, drafts, descriptors, and the server answers. */
async function expectNothingLeft(): Promise<void> {
  expect((await request(decant.port, '/healthz')).status).toBe(200)
  await expect.poll(() => filesIn(folder.path), PATIENCE).toEqual(before)
  const open = async (): Promise<string[]> =>
    (await openFiles(decant.child.pid)).filter((path) => path.startsWith(folder.path))
  await expect.poll(open, PATIENCE).toEqual([])
  await expect.poll(() => openSockets(decant.child.pid), PATIENCE).toBeLessThanOrEqual(sockets)
}

const WAYS = ['reset', 'destroy', 'end'] as const

describe('a client that goes away in a PUT leaves nothing', () => {
  const stages = {
    'in the request line': PUT.slice(0, 12),
    'in the headers': `${PUT}Content-Le`,
    'before the body': `${PUT}Content-Length: 500000\r\n\r\n`,
    'in the body': `${PUT}Content-Length: 500000\r\n\r\n${HALF}`,
    'in the size of a chunk': `${PUT}Transfer-Encoding: chunked\r\n\r\n${HALF.length.toString(16)}\r\n${HALF}\r\n1`,
    'in a chunk': `${PUT}Transfer-Encoding: chunked\r\n\r\nfffff\r\n${HALF}`,
    'before the last chunk': `${PUT}Transfer-Encoding: chunked\r\n\r\n${HALF.length.toString(16)}\r\n${HALF}\r\n`,
    'in the trailers': `${PUT}Transfer-Encoding: chunked\r\n\r\n${HALF.length.toString(16)}\r\n${HALF}\r\n0\r\nX-A: b`,
  }
  test.each(Object.entries(stages).flatMap(([stage, text]) => WAYS.map((way) => [stage, way, text] as const)))(
    '%s (%s)',
    async (_, way, text) => {
      const client = await connect()
      await client.send(text)
      // The server has seen it when it has answered this.
      await request(decant.port, '/healthz')
      client[way]()
      await expectNothingLeft()
      client.destroy()
    },
  )
})

describe('a client that goes away while it is answered leaves nothing', () => {
  test.each(WAYS)('in a download (%s)', async (way) => {
    const client = await connect()
    await client.send('GET /uploads/large.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    await client.read(1_000_000)
    client[way]()
    if (way === 'end') client.destroy()
    await expectNothingLeft()
  })

  test.each(WAYS)('in a refusal, while it still sends (%s)', async (way) => {
    const client = await connect()
    await client.send(`${PUT}Content-Length: 99000000\r\n\r\n${HALF}`)
    expect((await client.answer()).status).toBe(413)
    client[way]()
    await expectNothingLeft()
    client.destroy()
  })

  test('which is stored whole then, or not at all', async () => {
    for (const [index, way] of WAYS.entries()) {
      const name = `whole-${index}.txt`
      const client = await connect()
      await client.send(
        `PUT /uploads/${name} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${HALF.length}\r\n\r\n${HALF}`,
      )
      client[way]()
      await request(decant.port, '/healthz')
      await expect.poll(() => filesIn(folder.path).filter((path) => path.includes('drafts')), PATIENCE).toEqual([])
      const { status, text } = await request(decant.port, `/uploads/${name}`)
      expect(status === 404 || text === HALF).toBe(true)
      client.destroy()
    }
  })
})
