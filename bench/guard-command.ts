// npm run bench:guard
//
// Fails if an upload has become dear. It compares the CPU time of Decant with that of a raw pipe, and uploads of one
// name with uploads of different names. One run takes a minute. The bars are 1.5 times the figures of a busy machine,
// so noise does not reach them. They notice a regression, and say nothing of our targets. Exits with 1 above them.
import process from 'node:process'
import { findSender } from './client/sender.ts'
import { createBenchFolder } from './measure/bench-folder.ts'
import { createBlock } from './measure/block.ts'
import { chosen } from './measure/choice.ts'
import { measureServers } from './measure/measure-servers.ts'
import type { Run } from './measure/run.ts'
import { uploadContestants } from './measure/upload-contestants.ts'
import { uploadWorkloads } from './measure/upload-workloads.ts'
import { toText } from './report/runs-table.ts'
import { targets } from './report/targets.ts'
import { verdictOn } from './report/verdict.ts'

/**
 * By workload, times the CPU time of the other side of its target: a raw pipe, or the same files under different names.
 */
const BARS: ReadonlyMap<string, number> = new Map([
  ['serial', 1.25],
  ['small', 2.5],
  ['small-one-name', 1.9],
])
const ROUNDS = 3

const folder = createBenchFolder()
const bench = { sender: findSender(), folder, block: createBlock(folder), rounds: ROUNDS, seed: 1 }
const runs: Run[] = []
for (const workload of chosen(uploadWorkloads, [...BARS.keys()])) {
  runs.push(...(await measureServers(bench, 'upload', workload, chosen(uploadContestants, ['decant', 'raw-pipe']))))
  const target = targets.find(
    (each) => each.area === 'upload' && each.workload === workload.name && each.unit === 'CPU per GiB',
  )
  const verdict = target && verdictOn(target, runs)
  const bar = BARS.get(workload.name)
  if (bar === undefined || verdict === undefined) throw new Error(`Nothing was measured of ${workload.title}.`)
  const isHeld = verdict.ratio.median <= bar
  const base = target?.otherWorkload === undefined ? 'a raw pipe' : 'names of their own'
  const measured = `${toText(verdict.ratio)} x the CPU time of ${base}; at most ${bar.toFixed(2)} is allowed`
  console.log(`${isHeld ? 'ok' : 'too dear'}: ${workload.title}: ${measured}`)
  if (!isHeld) process.exitCode = 1
}
