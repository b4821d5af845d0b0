import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { draftsIn, request, storedIn } from '../cli/client.ts'
import { serve, temporaryFolder } from '../cli/decant-process.ts'
import type { DecantProcess } from '../cli/decant-process.ts'
import { entriesBelow } from './entries-below.ts'
import { KillClient } from './kill-client.ts'
import { bytesOfName } from './seeded-file.ts'
import { SeededRandom } from './seeded-random.ts'

export interface KillOptions {
  /** How often the servers are killed. */
  readonly times: number
  /** How many servers share the folder; each is killed at a moment of its own. Default 1. */
  readonly servers?: number
  readonly seed: number
  /** Further arguments of `decant serve`. */
  readonly serveOptions?: readonly string[]
  /** Told after each kill how many have been. */
  readonly onKill?: (kills: number) => void
}

export interface KillReport {
  readonly kills: number
  /** Kills that left drafts for the next run to sweep. */
  readonly killsWithDrafts: number
  /** Requests whose 201 was read to its end, and the files in them. */
  readonly acknowledgedRequests: number
  readonly acknowledgedFiles: number
  /** Requests that the kill cut off. */
  readonly cutRequests: number
  /** Forms of several files among them of which only some are there. */
  readonly partialForms: number
  /** Requests among them whose files are all there. */
  readonly wholeRequests: number
  /** Promises that were not kept, each in a sentence. */
  readonly faults: readonly string[]
}

const CLIENTS = 8
/** The longest that a server runs before it is killed. */
const MOST_MS = 1000
/** A new folder now and then, so that kills meet the making of its private part, too. */
const KILLS_PER_FOLDER = 10

/** All that may be in `.decant` before the first upload. */
const PRIVATE = /^(?:format|(?:drafts|drafts\/expiring|records|reserved|prepared)\/|records\/[\da-f]{64})$/

/**
 * Kills each `decant serve` with SIGKILL at random moments while clients upload, and looks at what the next run makes
 * of it.
 */
export async function killRun(options: KillOptions): Promise<KillReport> {
  const random = new SeededRandom(options.seed)
  const run = new KillRun(options, random)
  for (let kills = 0; kills < options.times;) {
    using folder = temporaryFolder()
    for (let round = 0; round < KILLS_PER_FOLDER && kills < options.times; round++) {
      await run.kill(folder.path)
      await run.look(folder.path)
      kills++
      options.onKill?.(kills)
    }
  }
  return run.report
}

class KillRun {
  readonly report = {
    kills: 0,
    killsWithDrafts: 0,
    acknowledgedRequests: 0,
    acknowledgedFiles: 0,
    cutRequests: 0,
    partialForms: 0,
    wholeRequests: 0,
    faults: new Array<string>(),
  }
  readonly #options: KillOptions
  readonly #random: SeededRandom
  #clients: KillClient[] = []

  constructor(options: KillOptions, random: SeededRandom) {
    this.#options = options
    this.#random = random
  }

  async kill(folder: string): Promise<void> {
    const { servers = 1 } = this.#options
    this.#clients = []
    await Promise.all(Array.from({ length: servers }, (_, server) => this.#killOne(folder, server, servers)))
    this.report.kills++
    if (draftsIn(folder).length > 0) this.report.killsWithDrafts++
  }

  /** Kills one of several servers while its clients upload, the others at work or not. */
  async #killOne(folder: string, server: number, servers: number): Promise<void> {
    await using decant = await this.#serve(folder)
    const clients = Array.from(
      { length: Math.ceil(CLIENTS / servers) },
      (_, index) => new KillClient(decant.port, `kill-${this.report.kills}-${server}-${index}`, this.#random.fork()),
    )
    this.#clients.push(...clients)
    const running = clients.map((client) => client.run())
    await sleep(this.#random.integer(1, MOST_MS))
    const endedEarly = decant.child.exitCode !== null
    for (const client of clients) client.expectEnd()
    decant.child.kill('SIGKILL')
    await decant.exited
    await Promise.all(running)
    if (endedEarly) this.#fault('the server ended by itself')
    if (decant.stderr() !== '') this.#fault(`the server says: ${decant.stderr()}`)
  }

  /** The findings of the next run, from the moment at which it reports that it is ready. Empties the folder. */
  async look(folder: string): Promise<void> {
    await using decant = await this.#serve(folder)
    // The place for the run's own drafts may be there, without any.
    const own = new RegExp(`^drafts/${decant.child.pid}\\.[^/]+/(?:lease)?$`)
    const entries = entriesBelow(join(folder, '.decant'))
    const left = entries.filter((path) => !PRIVATE.test(path) && !own.test(path))
    if (left.length > 0) this.#fault(`a new run leaves ${left.length} entries in .decant, such as ${left[0]}`)

    const stored = new Set(storedIn(folder))
    for (const key of stored) {
      const path = join(folder, key)
      if (bytesOfName(key)?.equals(readFileSync(path)) === true) continue
      this.#fault(`${key} is visible with ${statSync(path).size} bytes, and not those that were sent`)
    }
    const listed = await listing(decant)
    for (const client of this.#clients) {
      for (const fault of client.faults) this.#fault(fault)
      this.#checkAcknowledged(client, stored, listed)
      this.#countCut(client, stored)
    }
    for (const key of stored) rmSync(join(folder, key))
  }

  #checkAcknowledged(
    { acknowledged }: KillClient,
    stored: ReadonlySet<string>,
    listed: ReadonlyMap<string, Listed>,
  ): void {
    this.report.acknowledgedRequests += acknowledged.length
    for (const { key, filename, type, size } of acknowledged.flat()) {
      this.report.acknowledgedFiles++
      if (!stored.has(key)) this.#fault(`${key} was acknowledged and is lost`)
      const entry = listed.get(key)
      if (entry?.filename === filename && entry.type === type && entry.size === size) continue
      this.#fault(
        `${key} was acknowledged as ${JSON.stringify({ filename, type, size })}; listed: ${JSON.stringify(entry)}`,
      )
    }
  }

  #countCut({ cut }: KillClient, stored: ReadonlySet<string>): void {
    for (const keys of cut) {
      const there = keys.filter((key) => stored.has(key)).length
      this.report.cutRequests++
      if (there === keys.length) this.report.wholeRequests++
      if (there === keys.length || there === 0) continue
      // A form's files become visible together, or the next run completes what was decided.
      this.report.partialForms++
      this.#fault(`of a form of ${keys.length} files ${there} are there`)
    }
  }

  #fault(what: string): void {
    this.report.faults.push(`Kill ${this.report.kills}: ${what}.`)
  }

  async #serve(folder: string): Promise<DecantProcess> {
    return serve(folder, this.#options.serveOptions)
  }
}

interface Listed {
  readonly key: string
  readonly filename: string
  readonly type: string
  readonly size: number
}

async function listing({ port }: DecantProcess): Promise<ReadonlyMap<string, Listed>> {
  const listed = new Map<string, Listed>()
  let url: string | undefined = '/uploads?limit=1000'
  while (url !== undefined) {
    const { status, text } = await request(port, url)
    assert.equal(status, 200, text)
    const page: { files: Listed[]; next?: string } = JSON.parse(text)
    for (const file of page.files) listed.set(file.key, file)
    url = page.next
  }
  return listed
}
