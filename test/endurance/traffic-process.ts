import { argv } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { SeededRandom } from './seeded-random.ts'

/** The arguments of a process of traffic on its command line, as JSON. */
export interface TrafficOrder {
  readonly port: number
  /** The folder of the server, so that files can be removed by hand. */
  readonly folder: string
  readonly seed: number
  /** As the server has them: milliseconds, bytes, files. */
  readonly idleTimeoutMs: number
  readonly maxFileSize: number
  readonly maxFiles: number
}

/** The report of a process of traffic when it has ended. */
export interface TrafficReport {
  /** How often each thing was done. */
  readonly counts: Readonly<Record<string, number>>
  /** Promises that were not kept, each in a sentence. */
  readonly faults: readonly string[]
}

/** One action of a client. It rejects if the server does not behave. */
export interface Action {
  readonly name: string
  /** How often it is done, compared with the others. */
  readonly weight: number
  run(random: SeededRandom, stopped: AbortSignal): Promise<void>
}

/** The parts of a process of traffic. */
export interface Traffic {
  readonly actions: readonly Action[]
  /** Clients at work at the same time. */
  readonly clients: number
  /** The longest pause of a client between two actions, in milliseconds. */
  readonly pauseMs: number
  /** Leaves the folder as it was found, when all clients have ended. */
  tidyUp(): Promise<void>
}

/** Longer than anything that a server may take to give something up. */
const DEADLINE_MS = 180_000

/** Runs traffic in a process of its own until the process that started it says `stop` or goes away. */
export async function runTraffic(
  start: (order: TrafficOrder, random: SeededRandom) => Promise<Traffic>,
): Promise<void> {
  const order: TrafficOrder = JSON.parse(argv[2] ?? '')
  const random = new SeededRandom(order.seed)
  const stop = new AbortController()
  process.on('message', () => stop.abort())
  process.on('disconnect', () => stop.abort())
  const counts: Record<string, number> = {}
  const faults: string[] = []
  const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      await beforeDeadline(work())
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  const traffic = await start(order, random.fork())
  const byWeight = traffic.actions.flatMap((action) => Array.from({ length: action.weight }, () => action))
  const work = async (own: SeededRandom): Promise<void> => {
    while (!stop.signal.aborted) {
      const action = own.pick(byWeight)
      await attempt(action.name, () => action.run(own, stop.signal))
      counts[action.name] = (counts[action.name] ?? 0) + 1
      await pause(own.integer(0, traffic.pauseMs), stop.signal)
    }
  }
  await Promise.all(Array.from({ length: traffic.clients }, () => work(random.fork())))
  await attempt('tidying up', () => traffic.tidyUp())
  const report: TrafficReport = { counts, faults }
  if (process.connected) process.send?.(report, () => process.disconnect())
}

/** Resolves after a time, or when there is no more time. */
export async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal: stopped })
  } catch {
    // AbortError: the caller that waits looks at the signal.
  }
}

async function beforeDeadline(work: Promise<void>): Promise<void> {
  const over = new AbortController()
  const late = async (): Promise<void> => {
    await pause(DEADLINE_MS, over.signal)
    if (!over.signal.aborted) throw new Error(`not done in ${DEADLINE_MS / 1000} s`)
  }
  try {
    await Promise.race([work, late()])
  } finally {
    over.abort()
  }
}
