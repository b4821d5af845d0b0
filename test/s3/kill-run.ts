import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SeededRandom } from '../endurance/seeded-random.ts'
import type { CephGateway } from './ceph/ceph-gateway.ts'
import type { S3Engine } from './s3-engine.ts'
import { startS3Server } from './s3-server.ts'
import type { S3Server } from './s3-server.ts'
import { S3Uploader } from './s3-uploader.ts'
import { ENGINE_FACTS, faultsOf, leftIn, settle } from './settled-bucket.ts'
import { TestBucket } from './test-bucket.ts'

export interface S3KillOptions {
  /** Each server of the bucket is killed, or the gateway that they share. */
  readonly victim: 'server' | 'gateway'
  readonly times: number
  readonly seed: number
  /** Told after each kill how many have been. */
  readonly onKill?: (kills: number) => void
}

export interface S3KillReport {
  readonly kills: number
  readonly acknowledged: number
  /** Requests with an answer of 500 or more. */
  readonly refused: number
  /** Requests without an answer. */
  readonly cut: number
  /** Requests whose files are all there, with or without a 201. */
  readonly whole: number
  /** Kills that left private objects or open uploads to the sweep. */
  readonly killsWithLeftovers: number
  /** Promises that were not kept, each in a sentence. */
  readonly faults: readonly string[]
}

const SERVERS = 2
const CLIENTS_PER_SERVER = 4
/** The longest that clients upload before the kill. */
const MOST_MS = 4000
/** A new bucket now and then, so that kills meet the first requests to it, too. */
const KILLS_PER_BUCKET = 10

/** Kills at random moments while clients upload to two servers of one bucket, and looks at what a sweep makes of it. */
export async function s3KillRun(engine: S3Engine, options: S3KillOptions): Promise<S3KillReport> {
  const run = new S3KillRun(options)
  await using gateway = await engine.startGateway()
  while (run.report.kills < options.times) {
    const end = Math.min(options.times, run.report.kills + KILLS_PER_BUCKET)
    await TestBucket.use(engine, async (bucket) => {
      while (run.report.kills < end) await run.kill(bucket, gateway)
    })
  }
  return run.report
}

class S3KillRun {
  readonly report = {
    kills: 0,
    acknowledged: 0,
    refused: 0,
    cut: 0,
    whole: 0,
    killsWithLeftovers: 0,
    faults: new Array<string>(),
  }
  readonly #options: S3KillOptions
  readonly #random: SeededRandom

  constructor(options: S3KillOptions) {
    this.#options = options
    this.#random = new SeededRandom(options.seed)
  }

  async kill(bucket: TestBucket, gateway: CephGateway): Promise<void> {
    const rows = mkdtempSync(join(tmpdir(), 'decant-rows-'))
    try {
      const clients = await this.#upload(bucket, gateway, rows)
      this.report.kills++
      // It ends what the servers had begun, before it ends itself.
      await gateway.restart('SIGTERM')
      await this.#look(bucket, rows, clients)
      this.#options.onKill?.(this.report.kills)
    } finally {
      rmSync(rows, { recursive: true, force: true })
      await bucket.clear(ENGINE_FACTS)
    }
  }

  /** Uploads and kills. Resolves to the clients when they and the servers have ended. */
  async #upload(bucket: TestBucket, gateway: CephGateway, rows: string): Promise<readonly S3Uploader[]> {
    const killed = this.#options.victim === 'gateway' ? this.#killGateway(gateway) : undefined
    const ended = Array.from({ length: SERVERS }, async (_, index) => {
      await using server = await startS3Server(bucket, rows, gateway.endpoint)
      const clients = Array.from({ length: CLIENTS_PER_SERVER }, (__, client) => {
        const label = `kill-${this.report.kills}-${index}-${client}`
        return new S3Uploader([server.port], label, this.#random.fork())
      })
      await (killed === undefined ? this.#killServer(server, clients) : goOnAfter(killed, clients))
      return clients
    })
    return (await Promise.all(ended)).flat()
  }

  async #killServer(server: S3Server, clients: readonly S3Uploader[]): Promise<void> {
    let isRunning = true
    const running = clients.map((client) => client.run(() => isRunning))
    await sleep(this.#random.integer(1, MOST_MS))
    isRunning = false
    server.child.kill('SIGKILL')
    await Promise.all(running)
  }

  async #killGateway(gateway: CephGateway): Promise<void> {
    await sleep(this.#random.integer(1, MOST_MS))
    await gateway.restart('SIGKILL')
  }

  async #look(bucket: TestBucket, rows: string, clients: readonly S3Uploader[]): Promise<void> {
    if ((await leftIn(bucket)).length > 0) this.report.killsWithLeftovers++
    const files = await settle(bucket, rows)
    const there = new Set(files.map(({ filename }) => filename))
    for (const { counts, sent } of clients) {
      this.report.acknowledged += counts.acknowledged
      this.report.refused += counts.refused
      this.report.cut += counts.cut
      this.report.whole += sent.filter((names) => names.every((name) => there.has(name))).length
    }
    const faults = [...(await faultsOf(bucket, rows, files, clients)), ...clients.flatMap((client) => client.faults)]
    this.report.faults.push(...faults.map((fault) => `Kill ${this.report.kills}: ${fault}.`))
  }
}

/** Lets clients upload until each of them has got an answer of 201 after a kill. */
async function goOnAfter(killed: Promise<void>, clients: readonly S3Uploader[]): Promise<void> {
  let isOver = false
  const running = clients.map(async (client) => {
    let before: number | undefined
    await client.run(() => {
      if (isOver) before ??= client.counts.acknowledged
      return before === undefined || client.counts.acknowledged === before
    })
  })
  await killed
  isOver = true
  await Promise.all(running)
}
