// npm run bench [-- WHAT...] [--only decant,raw-pipe] [--workload small] [--rounds 5] [--folder DIR] [--seed 1]
//
// WHAT is `upload`; by default all of it. Everybody runs in a process of its own, in every round, in another order each
// time; the medians of the ratios within a round are what counts.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { parseArgs } from 'node:util'
import { positiveNumber } from '../test/endurance/positive-number.ts'
import { findSender } from './client/sender.ts'
import { createBlock } from './measure/block.ts'
import { installRivals } from './measure/install-rivals.ts'
import { runRounds } from './measure/rounds.ts'
import { runUpload } from './measure/run.ts'
import { chosen } from './measure/chosen.ts'
import { uploadContestants } from './measure/upload-contestants.ts'
import { uploadWorkloads } from './measure/upload-workloads.ts'
import { uploadReport } from './report/upload-report.ts'

const { values } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    workload: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    folder: { type: 'string', default: existsSync('/dev/shm') ? '/dev/shm' : tmpdir() },
    seed: { type: 'string', default: '1' },
  },
})
const rounds = positiveNumber('rounds', values.rounds)
const seed = positiveNumber('seed', values.seed)
const contestants = chosen('only', values.only, uploadContestants)
const workloads = chosen('workload', values.workload, uploadWorkloads)

if (contestants.some(({ kind }) => kind === 'rival')) await installRivals()
const sender = findSender()
const folder = mkdtempSync(join(values.folder, 'decant-bench-'))
try {
  const bench = { sender, folder, block: createBlock(folder) }
  for (const workload of workloads) {
    const present = contestants.filter(({ leftOutOf = [] }) => !leftOutOf.includes(workload.name))
    const runs = await runRounds(present, rounds, seed, async (contestant, round) =>
      runUpload(bench, workload, contestant, round),
    )
    console.log(`\n${workload.title}\n\n${uploadReport(workload, present, runs, 'raw-pipe')}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
