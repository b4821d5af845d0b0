import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { serve, temporaryFolder } from '../cli/decant-process.ts'
import type { DecantProcess } from '../cli/decant-process.ts'
import { bytesOfName } from './seeded-file.ts'
import type { TrafficOrder, TrafficReport } from './traffic-process.ts'
import { vitalsOf } from './vitals.ts'
import type { Vitals } from './vitals.ts'

export interface SoakOptions {
  readonly durationMs: number
  readonly seed: number
  /** Milliseconds between two looks at the server. */
  readonly sampleMs: number
  /** Further arguments of `decant serve`. */
  readonly serveOptions?: readonly string[]
  /** Told of every sample. */
  readonly onSample?: (sample: Sample) => void
}

export interface Sample extends Omit<Vitals, 'stored'> {
  /** Milliseconds since the traffic began. */
  readonly time: number
  /** Stored files. */
  readonly stored: number
}

export interface SoakReport {
  /** Before the traffic began. */
  readonly before: Sample
  readonly samples: readonly Sample[]
  /** When the traffic had ended and the server had settled. */
  readonly after: Sample
  /** How often each thing was done. */
  readonly counts: Readonly<Record<string, number>>
  /** Promises that were not kept, each in a sentence. */
  readonly faults: readonly string[]
}

/** Short, so that stalled clients meet it; long enough for a good client on a machine that has more to do. */
const IDLE_TIMEOUT_MS = 5000
const MAX_FILE_SIZE = 50 * 1024 ** 2
const MAX_FILES = 20
/** A request that was cut off has been tidied away after this, whatever the machine is doing. */
const SETTLING_MS = 60_000
const PROCESSES = ['good-traffic.ts', 'hostile-traffic.ts'] as const

/** Puts a `decant serve` under good and hostile traffic from other processes, and watches it. Needs Linux. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  using base = temporaryFolder()
  const folder = join(base.path, 'uploads')
  const memoryReport = join(base.path, 'memory.json')
  mkdirSync(folder)
  await using decant = await startServer(folder, memoryReport, options)
  const look = (time: number): Sample & { readonly keys: readonly string[] } => {
    const { stored, ...vitals } = vitalsOf(decant, memoryReport)
    return { time, ...vitals, stored: stored.length, keys: stored }
  }
  const faults = new Set<string>()
  const samples: Sample[] = []
  const before = look(0)
  const began = Date.now()
  const traffic = PROCESSES.map((file, index) => startTraffic(file, decant, options.seed + index))
  const ended = Promise.race([decant.exited, ...traffic.map(({ report }) => report)])
  while (Date.now() < began + options.durationMs) {
    const early = await Promise.race([ended.then(() => true), sleep(options.sampleMs, false)])
    if (early) {
      faults.add('The server, or a process of the traffic, ended before its time.')
      break
    }
    const sample = look(Date.now() - began)
    samples.push(sample)
    options.onSample?.(sample)
    for (const fault of findVisibleHalves(folder, sample.keys)) faults.add(fault)
  }

  for (const { child } of traffic) if (child.connected) child.send('stop')
  const reports = await Promise.all(traffic.map(({ report }) => report))
  for (const report of reports) for (const fault of report.faults) faults.add(fault)
  const after = await settled(() => look(Date.now() - began), before)
  for (const fault of findLeftovers(base.path, folder, before, after)) faults.add(fault)
  if (decant.stderr() !== '') faults.add(`The server says: ${decant.stderr()}`)
  return {
    before,
    samples,
    after,
    counts: Object.assign({}, ...reports.map(({ counts }) => counts)),
    faults: [...faults],
  }
}

async function startServer(folder: string, memoryReport: string, options: SoakOptions): Promise<DecantProcess> {
  const limits = [`--idle-timeout=${IDLE_TIMEOUT_MS}ms`, `--max-file-size=${MAX_FILE_SIZE}`, `--max-files=${MAX_FILES}`]
  const reporter = new URL('memory-report.ts', import.meta.url).href
  return serve(folder, [...limits, ...(options.serveOptions ?? [])], {
    env: { NODE_OPTIONS: `--import=${reporter}`, MEMORY_REPORT: memoryReport },
  })
}

function startTraffic(
  file: string,
  { port, folder }: DecantProcess,
  seed: number,
): { readonly child: ChildProcess; readonly report: Promise<TrafficReport> } {
  const limits = { idleTimeoutMs: IDLE_TIMEOUT_MS, maxFileSize: MAX_FILE_SIZE, maxFiles: MAX_FILES }
  const order: TrafficOrder = { port, folder, seed, ...limits }
  const program = fileURLToPath(new URL(file, import.meta.url))
  const child = fork(program, [JSON.stringify(order)], {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
  })
  return { child, report: reportOf(child, file) }
}

async function reportOf(child: ChildProcess, file: string): Promise<TrafficReport> {
  const told: TrafficReport[] = []
  child.on('message', (report: TrafficReport) => told.push(report))
  const [code]: unknown[] = await once(child, 'exit')
  return told[0] ?? { counts: {}, faults: [`${file} ended with ${String(code)} and without a report.`] }
}

/**
 * Half an upload that can be seen. Removes what clients have sent whole without waiting for an answer, if it is whole.
 */
function findVisibleHalves(folder: string, keys: readonly string[]): string[] {
  const faults: string[] = []
  for (const key of keys) {
    const path = join(folder, key)
    if (key.startsWith('never-')) faults.push(`${key} was never sent whole, and is visible.`)
    const bytes = key.startsWith('abandoned-') ? readIfThere(path) : undefined
    if (bytes === undefined) continue
    if (bytesOfName(key)?.equals(bytes) !== true) {
      faults.push(`${key} has ${bytes.length} bytes, and not those that were sent.`)
    }
    rmSync(path, { force: true })
  }
  return faults
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    // ENOENT: the server has taken back a file of which no client was told.
    return undefined
  }
}

/** Looks again until nothing is left of the traffic, or it is clear that something stays. */
async function settled<Look extends Sample>(look: () => Look, before: Sample): Promise<Look> {
  const end = Date.now() + SETTLING_MS
  for (;;) {
    const now = look()
    if (Date.now() > end || (now.descriptors <= before.descriptors && now.drafts <= before.drafts)) return now
    await sleep(100)
  }
}

function findLeftovers(
  base: string,
  folder: string,
  before: Sample,
  after: Sample & { readonly keys: readonly string[] },
): string[] {
  const faults = findVisibleHalves(folder, after.keys)
  const stray = after.keys.filter((key) => !/^(?:never|abandoned)-/.test(key))
  if (stray.length > 0) faults.push(`${stray.length} files belong to no upload, such as ${stray[0]}.`)
  for (const kind of ['descriptors', 'sockets', 'drafts'] as const) {
    if (after[kind] > before[kind]) faults.push(`There are ${after[kind]} ${kind}; there were ${before[kind]}.`)
  }
  const outside = readdirSync(base).filter((name) => name !== 'uploads' && !name.startsWith('memory.json'))
  if (outside.length > 0) faults.push(`Written outside of the folder: ${outside.join(', ')}.`)
  return faults
}
