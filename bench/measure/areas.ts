import { decoderInputs } from '../decode/decoder-inputs.ts'
import { findNginx } from '../server/find-nginx.ts'
import type { Bench } from './bench.ts'
import { chosen } from './choice.ts'
import type { Choice } from './choice.ts'
import type { Contestant } from './contestant.ts'
import { decodeContestants } from './decode-contestants.ts'
import { measureDecoders } from './measure-decoders.ts'
import { measureServers } from './measure-servers.ts'
import type { Run } from './run.ts'
import { serveContestants } from './serve-contestants.ts'
import { serveWorkloads } from './serve-workloads.ts'
import { uploadContestants } from './upload-contestants.ts'
import { memoryWorkloads, uploadWorkloads } from './upload-workloads.ts'
import type { Workload } from './workload.ts'

export interface Named {
  readonly name: string
  readonly title: string
}

/** A contestant with a program of its own. */
interface Participant extends Named {
  readonly program: string
}

/** One kind of measurement: its contestants, its workloads, and the contestants beside which they are shown. */
export interface Area {
  readonly name: Run['area']
  readonly title: string
  readonly contestants: readonly Participant[]
  readonly workloads: readonly Named[]
  /** The one that the others are shown as multiples of. */
  readonly base: Named
  /** Runs what was chosen, telling of each workload as it is done. */
  measure(bench: Bench, only: Choice, workload: Choice, done: (runs: Run[]) => void): Promise<void>
}

/** Memory of files is measured beside the raw pipe alone, and a few rounds are enough: it hardly varies. */
const MEMORY_CONTESTANTS = ['decant', 'decant-form', 'decant-thumbnail', 'raw-pipe']
const MEMORY_ROUNDS = 3

export const areas: readonly Area[] = [
  serverArea('upload', 'upload', uploadWorkloads, uploadContestants, 'raw-pipe'),
  {
    name: 'decode',
    title: 'decoder alone',
    contestants: decodeContestants,
    workloads: decoderInputs,
    base: named(decodeContestants, 'busboy'),
    async measure(bench, only, workload, done) {
      const inputs = chosen(decoderInputs, workload)
      if (inputs.length > 0) done(await measureDecoders(bench, chosen(decodeContestants, only), inputs))
    },
  },
  serverArea('serve', 'download', serveWorkloads, serveContestants, 'serve-static'),
  serverArea(
    'memory',
    'upload',
    memoryWorkloads,
    chosen(uploadContestants, MEMORY_CONTESTANTS).map((each) => ({ ...each, mostRounds: MEMORY_ROUNDS })),
    'raw-pipe',
  ),
]

function serverArea(
  name: Run['area'],
  title: string,
  workloads: readonly Workload[],
  contestants: readonly Contestant[],
  base: string,
): Area {
  return {
    name,
    title,
    contestants,
    workloads,
    base: named(contestants, base),
    async measure(bench, only, workload, done) {
      const present = chosen(contestants, only).filter((each) => each.name !== 'nginx' || hasNginx())
      for (const each of chosen(workloads, workload)) done(await measureServers(bench, name, each, present))
    },
  }
}

function hasNginx(): boolean {
  const isThere = findNginx() !== undefined
  if (!isThere) console.error('nginx is left out: none found that takes PUT (install it, or set NGINX to its path)')
  return isThere
}

function named(all: readonly Named[], name: string): Named {
  const found = all.find((each) => each.name === name)
  if (found === undefined) throw new TypeError(`There is no ${name}.`)
  return found
}
