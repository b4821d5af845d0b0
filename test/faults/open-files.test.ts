import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { draftsIn, storedIn } from '../cli/client.ts'
import { canTrace } from './machine.ts'
import { trace, uploadServer } from './upload-server.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-open-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const BYTES = Buffer.alloc(200_000, 'x')

test.runIf(process.platform === 'linux')(
  'with too few descriptors, what is answered with success is there, and the server serves again afterwards',
  async () => {
    const folder = mkdtempSync(join(base, 'folder-'))
    // A server needs 24 or so for itself.
    const before = ['sh', '-c', 'ulimit -n 48; exec "$0" "$@"']
    await using server = await uploadServer(folder, { before })
    // A connection that the server has no descriptor for is closed without an answer.
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => server.put(`${index}.txt`, BYTES).catch(() => undefined)),
    )
    const statuses = answers.map((answer) => answer?.status)
    expect(statuses.filter((status) => status !== undefined && status !== 201 && status < 500)).toEqual([])
    for (const answer of answers) {
      if (answer !== undefined && answer.status >= 500) expect(JSON.parse(answer.text).code).toBe('storage-failed')
    }
    const kept = statuses.flatMap((status, index) => (status === 201 ? [`${index}.txt`] : []))
    // Otherwise there were enough of them, and this shows nothing.
    expect(kept.length).toBeLessThan(answers.length)
    for (const name of kept) expect(readFileSync(join(folder, name)).equals(BYTES)).toBe(true)
    expect(storedIn(folder)).toEqual(expect.arrayContaining(kept))
    expect((await server.put('after.txt', BYTES)).status).toBe(201)
    expect((await server.get('/uploads/after.txt')).bytes.equals(BYTES)).toBe(true)
    expect(draftsIn(folder)).toEqual([])
  },
)

test.skipIf(!canTrace).each(['EMFILE', 'ENFILE'])(
  'a draft that cannot be opened for %s is a 5xx in full',
  async (code) => {
    const folder = mkdtempSync(join(base, 'folder-'))
    await using server = await uploadServer(folder)
    expect((await server.put('first.txt', BYTES)).status).toBe(201)
    for (const when of [1, 2]) {
      const tracing = await trace(server.child.pid, '-e', `inject=openat:error=${code}:when=${when}`)
      const { status, text } = await server.put('a.txt', BYTES)
      expect({ status, ...JSON.parse(text) }).toMatchObject({ status: 500, code: 'storage-failed' })
      expect((await tracing.end()).some((line) => line.includes('INJECTED'))).toBe(true)
      expect(storedIn(folder)).toEqual(['first.txt'])
      expect(draftsIn(folder)).toEqual([])
    }
    expect((await server.put('a.txt', BYTES)).status).toBe(201)
  },
)
