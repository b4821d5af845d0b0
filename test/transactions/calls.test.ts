import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import { diskStorage } from '../../src/disk.ts'
import { callMoments, FILE_CALLS } from '../faults/call-moments.ts'
import type { CallMoment } from '../faults/call-moments.ts'
import { canTrace } from '../faults/machine.ts'
import { traceFiles } from '../faults/upload-server.ts'
import { faultsIn, postServer } from './post-server.ts'
import type { Links } from './post-server.ts'
import { recoverFrom, rowsIn } from './rows.ts'

const CONTENT = Buffer.alloc(2000, 'x')

// `npm run transactions` is the long one, and meets every call both ways. Here without links each run meets every
// third, and three runs meet them all; `TURN=1` meets those of turn 1 again.
const { EVERY_CALL, TURN: turn = Date.now() % 3 } = env
const SHARE: Record<Links, number> = { auto: 1, never: EVERY_CALL === undefined ? 3 : 1 }
const TURN = Number(turn)

const base = mkdtempSync(join(tmpdir(), 'decant-transactions-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const newFolder = (): string => mkdtempSync(join(base, 'folder-'))

/** A server that has its private folder already. */
async function warmServer(folder: string, links: Links) {
  const server = await postServer(folder, links)
  expect((await server.post(CONTENT)).status).toBe(201)
  return server
}

/** The calls of a form, from its first byte to after its answer. */
async function momentsOf(links: Links): Promise<CallMoment[]> {
  const folder = newFolder()
  await using server = await warmServer(folder, links)
  await using tracing = await traceFiles(server.child.pid, '-e', `trace=${FILE_CALLS}`)
  expect((await server.post(CONTENT)).status).toBe(201)
  return callMoments(await tracing.end(), folder)
}

/** Runs `look` at the moments of a form that it is this run's turn for, a few at a time. The number of moments. */
async function atEach(links: Links, look: (moment: CallMoment) => Promise<void>): Promise<number> {
  const moments = (await momentsOf(links)).filter((_, index) => index % SHARE[links] === TURN % SHARE[links])
  const queue = moments.values()
  const work = async (): Promise<void> => {
    for (const moment of queue) await look(moment)
  }
  await Promise.all(Array.from({ length: 6 }, work))
  return moments.length
}

// A server is started for each moment: on a busy machine that takes its time.
describe.skipIf(!canTrace).each(['auto', 'never'] as const)(
  'a form of two files whose handler writes a row, published with links: %s',
  { timeout: 600_000 },
  (links) => {
    test('and is killed at any call has, after a sweep, both files and the row, or neither files nor row', async () => {
      let withRow = 0
      const deaths = await atEach(links, async ({ call, n }) => {
        const folder = newFolder()
        await using server = await warmServer(folder, links)
        const tracing = await traceFiles(server.child.pid, '-e', `inject=${call}:signal=KILL:when=${n}`)
        const answer = await server.post(CONTENT).catch(() => undefined)
        // It may have answered before what it does last.
        const isHit = (): boolean => tracing.lines.some((line) => line.includes('killed by SIGKILL'))
        await expect.poll(isHit, { message: `turn ${TURN}: ${call} ${n}`, timeout: 10_000 }).toBe(true)
        await tracing[Symbol.asyncDispose]()
        await server.exited
        const rows = rowsIn(join(folder, 'rows')).length
        if (answer?.status === 201) expect(rows).toBe(2)
        await diskStorage(join(folder, 'uploads'), { links, recover: recoverFrom(join(folder, 'rows')) }).sweep()
        expect(faultsIn(folder, CONTENT), `turn ${TURN}: ${call} ${n}`).toEqual([])
        expect(rowsIn(join(folder, 'rows'))).toHaveLength(rows)
        withRow += rows - 1
      })
      // Before the row, and after it.
      expect(withRow).toBeGreaterThan(5 / SHARE[links])
      expect(deaths - withRow).toBeGreaterThan(20 / SHARE[links])
    })

    test('and is durable is on the medium, with its promises, before it counts as prepared', async () => {
      const folder = newFolder()
      await using server = await warmServer(folder, links)
      await using tracing = await traceFiles(server.child.pid, '-e', 'trace=fsync,rename')
      expect((await server.post(CONTENT)).status).toBe(201)
      const calls = await tracing.end()
      const prepared = calls.findIndex((call) => /^rename\(.*\.transaction", .*\/prepared\//.test(call))
      const flushed = (lines: readonly string[]): string[] =>
        lines.flatMap((call) => /^fsync\(\d+<.*\/\.decant\/(\w+)/.exec(call)?.[1] ?? [])
      expect(prepared).toBeGreaterThan(0)
      // Of both keys, and their folder.
      expect(flushed(calls.slice(0, prepared)).filter((name) => name === 'reserved')).toHaveLength(3)
      expect(flushed(calls.slice(prepared, prepared + 3))).toContain('prepared')
    })

    // Both ways and both failures, each once: it takes its time.
    const error = links === 'auto' ? 'EIO' : 'ENOSPC'
    test(`and meets ${error} at any call is answered as it is, and whole after a sweep`, async () => {
      const statuses = new Map<string, number>()
      await atEach(links, async ({ call, n }) => {
        const folder = newFolder()
        await using server = await warmServer(folder, links)
        const before = rowsIn(join(folder, 'rows')).length
        const tracing = await traceFiles(server.child.pid, '-e', `inject=${call}:error=${error}:when=${n}`)
        const answer = await server.post(CONTENT).catch(() => undefined)
        await tracing.end()
        const isWritten = rowsIn(join(folder, 'rows')).length > before
        const code: string = answer?.status === 201 ? 'stored' : answer ? JSON.parse(answer.text).code : 'aborted'
        const message = `turn ${TURN}: ${call} ${n}: ${code}`
        if (answer !== undefined) {
          expect(isWritten, message).toBe(code === 'stored' || code === 'publishing-delayed')
          expect((await server.sweep()).status, message).toBe(201)
        }
        // A file that a living process could not remove goes with it. After a call by which libuv wakes itself up, the
        // process is dead already.
        if (answer === undefined || faultsIn(folder, CONTENT).length > 0) {
          server.child.kill('SIGKILL')
          await server.exited
          await diskStorage(join(folder, 'uploads'), { links, recover: recoverFrom(join(folder, 'rows')) }).sweep()
        }
        expect(faultsIn(folder, CONTENT), message).toEqual([])
        statuses.set(code, (statuses.get(code) ?? 0) + 1)
      })
      expect([...statuses.keys()]).toEqual(expect.arrayContaining(['stored', 'publishing-delayed']))
      expect(statuses.get('publishing-delayed')).toBeGreaterThan(3 / SHARE[links])
    })
  },
)
