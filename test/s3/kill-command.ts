// npm run kill:s3 [-- --times 100] [--gateway 20] [--seed 1]
import { argv } from 'node:process'
import { parseArgs } from 'node:util'
import { positiveNumber } from '../endurance/positive-number.ts'
import { s3KillRun } from './kill-run.ts'
import { S3Engine } from './s3-engine.ts'
import { startEngine } from './start-engine.ts'

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    // Kills of the servers of a bucket.
    times: { type: 'string', default: '100' },
    // Kills of the gateway that they share.
    gateway: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
})
const seed = positiveNumber('seed', values.seed)
const runs = [
  { victim: 'server', times: positiveNumber('times', values.times) },
  { victim: 'gateway', times: positiveNumber('gateway', values.gateway) },
] as const

console.log(`seed ${seed}`)
const allFaults: string[] = []
{
  await using started = await startEngine()
  for (const { victim, times } of runs) {
    const onKill = (kills: number): void => {
      if (kills % 10 === 0) console.log(`${kills} kills of the ${victim}`)
    }
    const { faults, ...counts } = await s3KillRun(new S3Engine(started.access), { victim, times, seed, onKill })
    console.table(counts)
    allFaults.push(...faults)
  }
}
for (const fault of allFaults) console.log(`FAULT: ${fault}`)
console.log(allFaults.length === 0 ? 'Every promise was kept.' : 'Not every promise was kept.')
process.exitCode = allFaults.length === 0 ? 0 : 1
