// `npm run fuzz -- --minutes 60`: the properties of test/fuzz for as long as one likes, in turns, with new seeds each
// time. Prints how far it is; stops at the first finding with exit code 1 and the command that makes it again.
import { argv, exit } from 'node:process'
import { parseArgs } from 'node:util'
import { measureGrowth } from '../test/fuzz/growth.ts'
import { describeFinding } from '../test/fuzz/target.ts'
import type { Target } from '../test/fuzz/target.ts'
import { TARGETS } from '../test/fuzz/targets.ts'

const USAGE = `npm run fuzz -- [--minutes N | --seconds N] [--target NAME] [--seed N [--path P]]

  --minutes, --seconds   for how long; default one minute
  --target               one of: ${TARGETS.map(({ name }) => name).join(', ')}; default all, in turns
  --seed, --path         makes a finding again, with --target`

/** How long a share of a turn is at most. */
const SHARE_MS = 10_000

const options = readOptions()
exit(options.seed === undefined ? await fuzz() : await replay(options.seed))

interface Options {
  readonly durationMs: number
  readonly targets: readonly Target[]
  readonly seed: number | undefined
  readonly path: string | undefined
}

async function fuzz(): Promise<number> {
  const { durationMs, targets } = options
  const began = Date.now()
  const shares = targets.reduce((sum, { share }) => sum + share, 0)
  const runs = new Map<string, number>()
  let seeds = 0
  do {
    for (const target of targets) {
      const left = began + durationMs - Date.now()
      const fair = target.share * Math.min(SHARE_MS, durationMs / shares)
      let seed = 0
      const onBatch = (_: number, last: number): void => {
        seeds += 1
        seed = last
      }
      const { runs: more, finding } = await target.fuzz({ durationMs: Math.max(0, Math.min(fair, left)), onBatch })
      const total = (runs.get(target.name) ?? 0) + more
      runs.set(target.name, total)
      if (finding !== undefined) {
        console.error(`\nFOUND\n${describeFinding(target, finding)}`)
        return 1
      }
      const seconds = Math.round((Date.now() - began) / 1000)
      console.log(`${seconds} s  ${target.name}: ${total} runs hold (last seed ${seed})`)
    }
  } while (Date.now() < began + durationMs)
  if (targets.length > 1) reportGrowth()
  const total = [...runs.values()].reduce((sum, each) => sum + each, 0)
  console.log(`${total} runs of ${seeds} seeds over ${targets.length} targets: every promise held`)
  return 0
}

function reportGrowth(): void {
  console.log('With a text sixteen times as long, the slowest case of each reader takes (16 if time is linear):')
  for (const { reader, piece, factor, milliseconds } of measureGrowth()) {
    console.log(
      `  ${factor.toFixed(0)} times as long, ${milliseconds.toFixed(0)} ms  ${reader}: ${JSON.stringify(piece)}`,
    )
  }
}

async function replay(seed: number): Promise<number> {
  const [target] = options.targets
  if (target === undefined || options.targets.length > 1) fail('--seed belongs to one --target')
  const { runs, finding } = await target.fuzz({ seed, path: options.path })
  if (finding === undefined) {
    console.log(`${runs} runs of seed ${seed}: the promise held`)
    return 0
  }
  console.error(describeFinding(target, finding))
  return 1
}

function readOptions(): Options {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: argv.slice(2),
    options: { minutes: text, seconds: text, target: text, seed: text, path: text },
  })
  const { minutes, seconds, target, seed, path } = values
  if (minutes !== undefined && seconds !== undefined) fail('Either --minutes or --seconds')
  const duration = seconds === undefined ? toNumber('--minutes', minutes ?? '1') * 60 : toNumber('--seconds', seconds)
  const targets = target === undefined ? TARGETS : TARGETS.filter(({ name }) => name === target)
  if (targets.length === 0) fail(`No target is called ${JSON.stringify(target)}`)
  return {
    durationMs: duration * 1000,
    targets,
    seed: seed === undefined ? undefined : toNumber('--seed', seed),
    path,
  }
}

function toNumber(option: string, value: string): number {
  const number = Number(value)
  return value !== '' && number >= 0 ? number : fail(`${option} takes a number, not ${JSON.stringify(value)}`)
}

function fail(message: string): never {
  console.error(`${message}\n\n${USAGE}`)
  exit(2)
}
