// npm run transactions -- [--times 1000] [--kills 100] [--seed 1]
import { argv } from 'node:process'
import { parseArgs } from 'node:util'
import { positiveNumber } from '../endurance/positive-number.ts'
import { derivedFaultRun } from './derived-fault-run.ts'
import { exampleKillRun } from './example-kill-run.ts'
import { faultRun } from './fault-run.ts'

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    times: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
})
const seed = positiveNumber('seed', values.seed)

console.log(`seed ${seed}`)
const faults: string[] = []
for (const run of [faultRun, derivedFaultRun]) {
  const { met, outcomes, faults: found } = await run({ times: positiveNumber('times', values.times), seed })
  console.table(Object.fromEntries(met))
  console.table(Object.fromEntries(outcomes))
  faults.push(...found)
}
const { faults: killFaults, ...kills } = await exampleKillRun({ times: positiveNumber('kills', values.kills), seed })
console.table(kills)
faults.push(...killFaults)
for (const fault of faults) console.log(`FAULT: ${fault}`)
console.log(faults.length === 0 ? 'Every promise was kept.' : 'Not every promise was kept.')
process.exitCode = faults.length === 0 ? 0 : 1
