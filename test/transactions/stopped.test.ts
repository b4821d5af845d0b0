import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env, kill } from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import { processOwner } from '../../src/file/process-owner.ts'
import { openDiskStorage } from '../../src/storage/disk/disk-storage.ts'
import { ManualClock } from '../../src/storage/disk/fixtures/manual-clock.ts'
import { Host } from '../../src/storage/disk/host.ts'
import type { Recover } from '../../src/storage/transaction.ts'
import type { Answer } from '../cli/client.ts'
import { storedIn } from '../cli/client.ts'
import { callMoments, FILE_CALLS } from '../faults/call-moments.ts'
import { isolatedPid, stopsBefore } from '../faults/isolated-process.ts'
import { canIsolate, canTrace, ISOLATED } from '../faults/machine.ts'
import { traceFiles } from '../faults/upload-server.ts'
import { postServer } from './post-server.ts'
import type { Links } from './post-server.ts'
import { fencedRecoverFrom, recoverFrom, rowsIn } from './rows.ts'

// Each run meets every third call, and three runs meet them all; `EVERY_CALL=1` meets them in one.
const { EVERY_CALL, TURN: turn = Date.now() % 3 } = env
const SHARE = EVERY_CALL === undefined ? 3 : 1
const TURN = Number(turn)
const TWO_MINUTES_MS = 120_000

const base = mkdtempSync(join(tmpdir(), 'decant-stopped-forms-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

interface Neighbour {
  /** A command that starts the stopped server's command. */
  readonly before: readonly string[]
  readonly isFencing: boolean
}

const NEIGHBOURS: readonly (readonly [where: string, neighbour: Neighbour])[] = [
  ['in the same container', { before: [], isFencing: false }],
  ['in another container', { before: ISOLATED, isFencing: false }],
  ['in another container whose recover fences', { before: ISOLATED, isFencing: true }],
]

/** A `recover` that notes which transactions it has decided. */
function noted(recover: Recover, decided: string[]): Recover {
  return async (transaction) => {
    const outcome = await recover(transaction)
    if (outcome === 'publish') decided.push(transaction.id)
    return outcome
  }
}

/** The outcome that the client was told: both files and the row, or nothing. */
function isStored({ status, text }: Answer): boolean {
  if (status === 201) return true
  const { code }: { code: string } = JSON.parse(text)
  return code === 'publishing-delayed'
}

describe.skipIf(!canTrace || !canIsolate)(
  'a server that is stopped after any call of a form whose handler inserts a row',
  { timeout: 600_000 },
  () => {
    for (const [where, { before, isFencing }] of NEIGHBOURS) {
      test.each<Links>(['auto', 'never'])(
        `for two minutes of a process ${where}, which sweeps, tells its client the outcome that both files and the row have, with links: %s`,
        async (links) => {
          const folder = mkdtempSync(join(base, 'folder-'))
          const [uploads, rows] = [join(folder, 'uploads'), join(folder, 'rows')]
          await using stopped = await postServer(folder, links, before)
          await using other = await postServer(folder, links)
          const pid = before.length > 0 ? isolatedPid(stopped.child) : (stopped.child.pid ?? expect.unreachable())
          const clock = new ManualClock()
          const decided: string[] = []
          const recover = noted(isFencing ? fencedRecoverFrom(rows) : recoverFrom(rows), decided)
          const options = { links, recover, recoverFences: isFencing }
          const storage = openDiskStorage(uploads, options, new Host(clock, processOwner()))
          for (const server of [stopped, other]) expect((await server.post(Buffer.from('warm'))).status).toBe(201)

          const looking = await traceFiles(pid, '-e', `trace=${FILE_CALLS}`)
          await stopped.post(Buffer.from('first'))
          const all = callMoments(await looking.end(), folder)
          const moments = all.filter((_, index) => index % SHARE === TURN % SHARE)
          const outcomes = { stored: 0, failed: 0 }
          for (const [index, { call, n }] of moments.entries()) {
            const message = `turn ${TURN}: ${call} ${n}`
            const tracing = await traceFiles(pid, '-e', `inject=${call}:signal=STOP:when=${n}`)
            const sent = { stopped: Buffer.from(`stopped ${index}`), other: Buffer.from(`other ${index}`) }
            const running = stopped.post(sent.stopped)
            if (await stopsBefore(running, pid, message)) {
              await storage.sweep()
              await clock.advance(TWO_MINUTES_MS)
            }
            expect((await other.post(sent.other)).status, message).toBe(201)
            kill(pid, 'SIGCONT')
            const answer = await running
            await tracing[Symbol.asyncDispose]()
            // It may have answered before its last calls.
            kill(pid, 'SIGCONT')
            // The process that holds the transaction now settles it.
            await stopped.sweep()
            await storage.sweep()
            const isKept = isStored(answer)
            outcomes[isKept ? 'stored' : 'failed']++
            const texts = new Map(storedIn(uploads).map((key) => [key, readFileSync(join(uploads, key), 'utf8')]))
            const keysOf = (content: Buffer): string[] =>
              [...texts].filter(([, text]) => text === content.toString()).map(([key]) => key)
            for (const [content, isThere] of [[sent.stopped, isKept] as const, [sent.other, true] as const]) {
              const keys = keysOf(content)
              expect(keys, `${message}: ${answer.text}`).toHaveLength(isThere ? 2 : 0)
              if (isThere)
                expect(
                  rowsIn(rows).map((row) => row.toSorted()),
                  message,
                ).toContainEqual(keys.toSorted())
            }
            expect(rowsIn(rows).flat().toSorted(), message).toEqual([...texts.keys()].toSorted())
          }
          expect(outcomes.stored).toBeGreaterThan(10 / SHARE)
          if (before.length === 0) expect(outcomes.failed, 'a stopped process of the same container is alive').toBe(0)
          else expect(outcomes.failed).toBeGreaterThan(10 / SHARE)
          expect(new Set(decided).size).toBe(decided.length)
        },
      )
    }
  },
)
