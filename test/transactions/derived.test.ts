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
import { derivedFaultsIn, sweepTogether } from './derived-files.ts'
import { postServer } from './post-server.ts'
import type { Links, PostServer } from './post-server.ts'
import { recoverFrom, rowsIn } from './rows.ts'

const CONTENT = Buffer.alloc(2000, 'x')

// Each run meets every eighth call, and eight runs meet them all; `EVERY_CALL=1` meets them in one.
const { EVERY_CALL, TURN: turn = Date.now() % 8 } = env
const SHARE = EVERY_CALL === undefined ? 8 : 1
const TURN = Number(turn)

const base = mkdtempSync(join(tmpdir(), 'decant-derived-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const newFolder = (): string => mkdtempSync(join(base, 'folder-'))

/** A server that has taken one form. The next one replaces the files of that form. */
async function warmServer(folder: string, links: Links): Promise<PostServer> {
  const server = await postServer(folder, links, [], 'derived')
  expect((await server.post(CONTENT)).status).toBe(201)
  return server
}

/** Runs `look` at every call of a form that it is this run's turn for, a few at a time. The number of these calls. */
async function atEach(links: Links, look: (moment: CallMoment) => Promise<void>): Promise<number> {
  const folder = newFolder()
  let moments: CallMoment[]
  {
    await using server = await warmServer(folder, links)
    await using tracing = await traceFiles(server.child.pid, '-e', `trace=${FILE_CALLS}`)
    expect((await server.post(CONTENT)).status).toBe(201)
    moments = callMoments(await tracing.end(), folder)
  }
  const turns = moments.filter((_, index) => index % SHARE === TURN % SHARE)
  const queue = turns.values()
  const work = async (): Promise<void> => {
    for (const moment of queue) await look(moment)
  }
  await Promise.all(Array.from({ length: 6 }, work))
  return turns.length
}

/** The sweeps of the next process. */
async function sweepAfter(folder: string, links: Links): Promise<void> {
  const options = { links, recover: recoverFrom(join(folder, 'rows')) }
  const storages = ['uploads', 'thumbs'].map((name) => diskStorage(join(folder, name), options))
  await sweepTogether(...storages)
  for (const storage of storages) await storage.close()
}

describe.skipIf(!canTrace).each(['auto', 'never'] as const)(
  'a form whose handler saves a thumbnail in another storage and deletes the old files, with links: %s',
  { timeout: 900_000 },
  (links) => {
    test('and is killed at any call has, after a sweep, all new files and no old one, or the other way round', async () => {
      let withRow = 0
      const deaths = await atEach(links, async ({ call, n }) => {
        const folder = newFolder()
        await using server = await warmServer(folder, links)
        const tracing = await traceFiles(server.child.pid, '-e', `inject=${call}:signal=KILL:when=${n}`)
        const answer = await server.post(CONTENT).catch(() => undefined)
        // It may have answered before its last calls.
        const isHit = (): boolean => tracing.lines.some((line) => line.includes('killed by SIGKILL'))
        await expect.poll(isHit, { message: `turn ${TURN}: ${call} ${n}`, timeout: 20_000 }).toBe(true)
        await tracing[Symbol.asyncDispose]()
        await server.exited
        const rows = rowsIn(join(folder, 'rows')).length
        if (answer?.status === 201) expect(rows).toBe(2)
        await sweepAfter(folder, links)
        expect(derivedFaultsIn(folder, CONTENT), `turn ${TURN}: ${call} ${n}`).toEqual([])
        expect(rowsIn(join(folder, 'rows'))).toHaveLength(rows)
        rmSync(folder, { recursive: true, force: true })
        withRow += rows - 1
      })
      // Before the row, and after it.
      expect(withRow).toBeGreaterThan(8 / SHARE)
      expect(deaths - withRow).toBeGreaterThan(30 / SHARE)
    })

    const error = links === 'auto' ? 'EIO' : 'ENOSPC'
    test(`and meets ${error} at any call is answered as it is, and whole after a sweep`, async () => {
      const codes = new Map<string, number>()
      await atEach(links, async ({ call, n }) => {
        const folder = newFolder()
        await using server = await warmServer(folder, links)
        const tracing = await traceFiles(server.child.pid, '-e', `inject=${call}:error=${error}:when=${n}`)
        const answer = await server.post(CONTENT).catch(() => undefined)
        await tracing.end()
        const isWritten = rowsIn(join(folder, 'rows')).length > 1
        const code: string = answer?.status === 201 ? 'stored' : answer ? JSON.parse(answer.text).code : 'aborted'
        const message = `turn ${TURN}: ${call} ${n}: ${code}`
        if (answer !== undefined) {
          expect(isWritten, message).toBe(code === 'stored' || code === 'publishing-delayed')
          expect((await server.sweep()).status, message).toBe(201)
        }
        // A file that a living process could not remove goes with it. After a call by which libuv wakes itself up, the
        // process is dead already.
        if (answer === undefined || derivedFaultsIn(folder, CONTENT).length > 0) {
          server.child.kill('SIGKILL')
          await server.exited
          await sweepAfter(folder, links)
        }
        expect(derivedFaultsIn(folder, CONTENT), message).toEqual([])
        codes.set(code, (codes.get(code) ?? 0) + 1)
        rmSync(folder, { recursive: true, force: true })
      })
      expect([...codes.keys()]).toEqual(expect.arrayContaining(['stored', 'publishing-delayed']))
    })
  },
)
