// npm run kill -- --times 200 [--servers 2] [--seed 1] [-- OPTIONS OF decant serve]
import { argv } from 'node:process'
import { parseArgs } from 'node:util'
import { killRun } from './kill-run.ts'
import { positiveNumber } from './positive-number.ts'

const { values, positionals } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '200' },
    servers: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
})
const seed = positiveNumber('seed', values.seed)
const times = positiveNumber('times', values.times)

console.log(`seed ${seed}`)
const { faults, ...counts } = await killRun({
  times,
  servers: positiveNumber('servers', values.servers),
  seed,
  serveOptions: positionals,
  onKill: (kills) => {
    if (kills % 20 === 0) console.log(`${kills} kills`)
  },
})
console.table(counts)
for (const fault of faults) console.log(`FAULT: ${fault}`)
console.log(faults.length === 0 ? 'Every promise was kept.' : 'Not every promise was kept.')
process.exitCode = faults.length === 0 ? 0 : 1
