import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { diskStorage } from '../../src/disk.ts'
import { request, storedIn } from '../cli/client.ts'
import { encodedForm } from '../endurance/encoded-form.ts'
import { entriesBelow } from '../endurance/entries-below.ts'
import { SeededRandom } from '../endurance/seeded-random.ts'

export interface ExampleKillReport {
  readonly kills: number
  /** Kills that left prepared transactions behind. */
  readonly killsInTransactions: number
  /** Forms that were answered by a redirect. */
  readonly acknowledged: number
  readonly cut: number
  /** Files without a row, if `recover` was not asked. */
  readonly unknownFiles: number
  /** Promises that were not kept, each in a sentence. */
  readonly faults: readonly string[]
}

const APP = fileURLToPath(new URL('../../examples/form-with-database/app.ts', import.meta.url))
const CLIENTS = 8
/** The longest that the example runs under load before it is killed. */
const MOST_MS = 1000
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/**
 * Kills the example with a database under load, and starts it again, every other time without its `recover`. Then looks
 * at rows and files.
 */
export async function exampleKillRun(options: {
  readonly times: number
  readonly seed: number
}): Promise<ExampleKillReport> {
  const random = new SeededRandom(options.seed)
  const report = {
    kills: 0,
    killsInTransactions: 0,
    acknowledged: 0,
    cut: 0,
    unknownFiles: 0,
    faults: new Array<string>(),
  }
  while (report.kills < options.times) {
    const folder = mkdtempSync(join(tmpdir(), 'decant-example-'))
    const uploads = join(folder, 'pictures')
    try {
      await killUnderLoad(folder, random, report)
      report.kills++
      const isAsked = report.kills % 2 === 0
      const prepared = entriesBelow(join(uploads, '.decant', 'prepared')).length
      if (prepared > 0) report.killsInTransactions++
      // By default a sweep publishes.
      if (!isAsked) await diskStorage(uploads).sweep()
      await using _ = await startExample(folder)
      const rows = rowsOf(folder)
      const there = existsSync(uploads) ? storedIn(uploads) : []
      const unknown = there.filter((key) => !rows.includes(key))
      const left = entriesBelow(join(uploads, '.decant')).filter(
        (path) => /^(?:drafts|prepared|reserved)\/.*[^/]$/.test(path) && !path.endsWith('/lease'),
      )
      const faults = [
        ...rows.filter((key) => !there.includes(key)).map((key) => `a row names ${key}, which is not there`),
        ...(isAsked ? unknown : []).map((key) => `no row names ${key}`),
        ...there.filter((key) => !readFileSync(join(uploads, key)).equals(PNG)).map((key) => `${key} is not whole`),
        ...left.map((path) => `${path} is left`),
      ]
      if (!isAsked) report.unknownFiles += unknown.length
      if (unknown.length > CLIENTS * 3)
        faults.push(`${unknown.length} files without a row are more than one kill can cut`)
      report.faults.push(...faults.map((fault) => `Kill ${report.kills}: ${fault}.`))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return report
}

async function killUnderLoad(
  folder: string,
  random: SeededRandom,
  report: { acknowledged: number; cut: number; faults: string[] },
): Promise<void> {
  const app = await startExample(folder)
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let post = 0; ; post++) {
      const { contentType, body } = await encodedForm([
        { name: 'title', value: `Post ${post} of ${client}` },
        ...Array.from({ length: 1 + (post % 3) }, () => ({ name: 'pictures', filename: 'cat.png', content: PNG })),
      ])
      try {
        const { status, text } = await request(app.port, '/', { headers: { 'content-type': contentType }, body })
        if (status === 303) report.acknowledged++
        else report.faults.push(`An answer is ${status}: ${text.slice(0, 200)}`)
      } catch {
        // ECONNRESET, ECONNREFUSED, aborted: it is dead.
        report.cut++
        return
      }
    }
  })
  await sleep(random.integer(1, MOST_MS))
  await app[Symbol.asyncDispose]()
  await Promise.all(clients)
}

function rowsOf(folder: string): string[] {
  const database = new DatabaseSync(join(folder, 'posts.db'))
  try {
    return database
      .prepare('SELECT key FROM pictures')
      .all()
      .map(({ key }) => String(key))
  } finally {
    database.close()
  }
}

/** The example as a user starts it. It is killed when it is disposed of. */
async function startExample(folder: string): Promise<AsyncDisposable & { readonly port: number }> {
  mkdirSync(folder, { recursive: true })
  const child = spawn(execPath, ['--no-warnings', '-C', 'source', APP], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const line = once(createInterface({ input: child.stdout }), 'line')
  const [url]: unknown[] = await Promise.race([line, exited.then(() => [])])
  if (typeof url !== 'string') throw new Error('The example did not start.')
  return {
    port: Number(new URL(url).port),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
