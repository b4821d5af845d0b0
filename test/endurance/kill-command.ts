// npm run kill -- --times 200 [--forms 100] [--servers 2] [--seed 1] [-- OPTIONS OF decant serve]
import { argv } from 'node:process'
import { parseArgs } from 'node:util'
import { derivedKillRun } from '../transactions/derived-kill-run.ts'
import { killRun } from './kill-run.ts'
import { positiveNumber } from './positive-number.ts'

const { values, positionals } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '200' },
    // Kills of a server of forms with derived files and deletions.
    forms: { type: 'string', default: '100' },
    servers: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
})
const seed = positiveNumber('seed', values.seed)
const times = positiveNumber('times', values.times)
const forms = positiveNumber('forms', values.forms)

console.log(`seed ${seed}`)
const { faults: uploadFaults, ...counts } = await killRun({
  times,
  servers: positiveNumber('servers', values.servers),
  seed,
  serveOptions: positionals,
  onKill: (kills) => {
    if (kills % 20 === 0) console.log(`${kills} kills`)
  },
})
console.table(counts)
const { faults: formFaults, ...formCounts } = await derivedKillRun({ times: forms, seed })
console.table(formCounts)
const faults = [...uploadFaults, ...formFaults]
for (const fault of faults) console.log(`FAULT: ${fault}`)
console.log(faults.length === 0 ? 'Every promise was kept.' : 'Not every promise was kept.')
process.exitCode = faults.length === 0 ? 0 : 1
