import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { diskStorage } from '../../src/disk.ts'
import { entriesBelow } from '../endurance/entries-below.ts'
import { SeededRandom } from '../endurance/seeded-random.ts'
import { derivedFaultsIn, sweepTogether } from './derived-files.ts'
import { postServer } from './post-server.ts'
import type { PostServer } from './post-server.ts'
import { recoverFrom } from './rows.ts'

export interface DerivedKillReport {
  readonly kills: number
  /** Kills that left prepared transactions behind. */
  readonly killsInTransactions: number
  /** Forms that were answered by a 201. */
  readonly acknowledged: number
  readonly cut: number
  /** Promises that were not kept, each in a sentence. */
  readonly faults: readonly string[]
}

const CLIENTS = 4
/** The longest that the server runs under load before it is killed. */
const MOST_MS = 1500
const KILLS_PER_FOLDER = 10
const CONTENT = Buffer.alloc(5000, 'x')

/**
 * Kills a server at random moments. Each of its forms stores a picture and its thumbnail in two storages, and deletes
 * those of the forms before. Then looks at rows and files.
 */
export async function derivedKillRun(options: {
  readonly times: number
  readonly seed: number
}): Promise<DerivedKillReport> {
  const random = new SeededRandom(options.seed)
  const report = { kills: 0, killsInTransactions: 0, acknowledged: 0, cut: 0, faults: new Array<string>() }
  while (report.kills < options.times) {
    const folder = mkdtempSync(join(tmpdir(), 'decant-derived-kills-'))
    try {
      for (let round = 0; round < KILLS_PER_FOLDER && report.kills < options.times; round++) {
        const links = random.chance(0.5) ? 'auto' : 'never'
        const server = await postServer(folder, links, [], 'derived')
        await killUnderLoad(server, random.integer(1, MOST_MS), report)
        report.kills++
        const prepared = entriesBelow(join(folder, 'uploads', '.decant', 'prepared')).length
        if (prepared > 0) report.killsInTransactions++
        const recover = recoverFrom(join(folder, 'rows'))
        const storages = ['uploads', 'thumbs'].map((name) => diskStorage(join(folder, name), { links, recover }))
        await sweepTogether(...storages)
        for (const storage of storages) await storage.close()
        report.faults.push(...derivedFaultsIn(folder, CONTENT).map((fault) => `Kill ${report.kills}: ${fault}.`))
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return report
}

async function killUnderLoad(
  server: PostServer,
  ms: number,
  report: { acknowledged: number; cut: number; faults: string[] },
): Promise<void> {
  const clients = Array.from({ length: CLIENTS }, async () => {
    for (;;) {
      try {
        const { status, text } = await server.post(CONTENT)
        if (status === 201) report.acknowledged++
        else report.faults.push(`An answer is ${status}: ${text.slice(0, 200)}`)
      } catch {
        // ECONNRESET, ECONNREFUSED, aborted: it is dead.
        report.cut++
        return
      }
    }
  })
  await sleep(ms)
  await server[Symbol.asyncDispose]()
  await Promise.all(clients)
}
