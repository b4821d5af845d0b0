import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { RawClient } from '../../src/testing.ts'
import { draftsIn, filesIn, form, request, storedIn } from '../cli/client.ts'
import { serve, temporaryFolder } from '../cli/decant-process.ts'
import type { DecantProcess } from '../cli/decant-process.ts'
import { openFiles, openSockets } from './open-files.ts'

const CROWD = 1000

/** For a machine that has other things to do. */
const PATIENCE = { timeout: 30_000 } as const

/** Uploads that have begun, each in another way. */
const BEGINNINGS = [
  'POST /uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 500000\r\n\r\n--b\r\nContent-Disposition: form-data; name="f"; filename="half.txt"\r\n\r\nhello',
  'PUT /uploads/half.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500000\r\n\r\nhello',
  'POST /uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Disposition: attachment; filename="half.txt"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
  'PUT /uploads/half.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le',
] as const

let folder: ReturnType<typeof temporaryFolder>
let decant: DecantProcess
let crowd: readonly RawClient[]
beforeAll(async () => {
  folder = temporaryFolder()
  decant = await serve(folder.path)
  await request(decant.port, '/uploads', await form('before.txt', 'before'))
  crowd = await Promise.all(
    Array.from({ length: CROWD }, async (_, index) => {
      const client = await RawClient.connect(`http://127.0.0.1:${decant.port}`)
      await client.send(BEGINNINGS[index % BEGINNINGS.length] ?? '')
      return client
    }),
  )
  // All of them have begun: three in four have a file under way.
  await vi.waitUntil(() => draftsIn(folder.path).length === (CROWD * 3) / 4, PATIENCE)
})
afterAll(async () => {
  await decant[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

describe(`while ${CROWD} uploads are half-open, others`, () => {
  test('upload, list, download and see the page', async () => {
    const { port } = decant
    const created = await request(port, '/uploads', await form('other.txt', 'hello'))
    expect(created.status).toBe(201)
    const list = await request(port, '/uploads')
    expect(JSON.parse(list.text)).toMatchObject({ files: [{ key: 'other.txt' }, { key: 'before.txt' }] })
    expect((await request(port, '/uploads/before.txt')).text).toBe('before')
    expect((await request(port, '/', { headers: { accept: 'text/html' } })).status).toBe(200)
    // Nothing half done is visible, and no client was sent away for it.
    expect(storedIn(folder.path)).toEqual(['before.txt', 'other.txt'])
    expect(draftsIn(folder.path)).toHaveLength((CROWD * 3) / 4)
  })

  test('find nothing of them when they are gone', async () => {
    const idle = await openSockets(decant.child.pid)
    for (const [index, client] of crowd.entries()) client[index % 2 === 0 ? 'reset' : 'destroy']()
    await expect.poll(() => draftsIn(folder.path), PATIENCE).toEqual([])
    await expect
      .poll(async () => (await openFiles(decant.child.pid)).filter((path) => path.startsWith(folder.path)), PATIENCE)
      .toEqual([])
    if (process.platform === 'linux') {
      await expect.poll(() => openSockets(decant.child.pid), PATIENCE).toBeLessThanOrEqual(idle - CROWD)
    }
    expect(filesIn(folder.path).filter((path) => path.includes('half'))).toEqual([])
  })
})

test('one upload too many is told to come again, also by decant serve', async () => {
  using small = temporaryFolder()
  await using server = await serve(small.path, ['--max-uploads', '2', '--max-uploads-per-client', '1'])
  const client = await RawClient.connect(`http://127.0.0.1:${server.port}`)
  await client.send(BEGINNINGS[1])
  await expect.poll(() => draftsIn(small.path).length).toBe(1)
  const refused = await request(server.port, '/uploads', await form('other.txt', 'hello'))
  expect([refused.status, refused.headers['retry-after'], JSON.parse(refused.text).code]).toEqual([
    503,
    '10',
    'overloaded',
  ])
  expect((await request(server.port, '/uploads')).status).toBe(200)
  client.destroy()
  await expect
    .poll(async () => (await request(server.port, '/uploads', await form('other.txt', 'hello'))).status, PATIENCE)
    .toBe(201)
})
