// npm run simulate -- [--seeds 1000] [--seed 1], or --seed alone for one program with the log of its engine
import { spawnSync } from 'node:child_process'
import { argv, env, execPath } from 'node:process'
import { parseArgs } from 'node:util'
import { positiveNumber } from '../endurance/positive-number.ts'

const { values } = parseArgs({
  args: argv.slice(2),
  options: { seeds: { type: 'string' }, seed: { type: 'string' } },
})
const { seed = '1', seeds = values.seed === undefined ? '1000' : '1' } = values
const programs = { SEED: String(positiveNumber('seed', seed)), SEEDS: String(positiveNumber('seeds', seeds)) }
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--typecheck.enabled=false']
const { status } = spawnSync(execPath, [...vitest, 'test/s3-simulation/promises.test.ts'], {
  env: { ...env, ...programs },
  stdio: 'inherit',
})
process.exitCode = status ?? 1
