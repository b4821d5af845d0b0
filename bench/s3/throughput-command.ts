// npm run bench:s3 [-- --size 256] [--rounds 5]
//
// Sends a file of `size` MiB to a bucket, in turn by Decant and by `Upload` of @aws-sdk/lib-storage. Each upload has a
// process of its own. Prints the medians, and the ratios of Decant to the library. The engine is that of the tests.
import { execFile } from 'node:child_process'
import { argv, env, execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { positiveNumber } from '../../test/endurance/positive-number.ts'
import { S3Engine } from '../../test/s3/s3-engine.ts'
import { startEngine } from '../../test/s3/start-engine.ts'
import { TestBucket } from '../../test/s3/test-bucket.ts'

const run = promisify(execFile)
const PROGRAM = fileURLToPath(new URL('send.ts', import.meta.url))
const KINDS = ['lib-storage', 'decant'] as const

interface Figures {
  readonly rate: number
  readonly cpu: number
  readonly peak: number
  readonly before: number
}

const { values } = parseArgs({
  args: argv.slice(2),
  options: { size: { type: 'string', default: '256' }, rounds: { type: 'string', default: '5' } },
})
const size = positiveNumber('size', values.size)
const rounds = positiveNumber('rounds', values.rounds)

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}

await using started = await startEngine()
await TestBucket.use(new S3Engine(started.access), async (bucket) => {
  const { endpoint, region, credentials } = bucket.engine
  const access = JSON.stringify({ bucket: bucket.name, endpoint, region, credentials })
  const send = async (kind: string): Promise<Figures> => {
    const { stdout } = await run(execPath, ['--no-warnings', '-C', 'source', PROGRAM, kind, String(size)], {
      env: { ...env, S3_ACCESS: access },
    })
    return JSON.parse(stdout)
  }
  // The first uploads to a bucket make pools.
  for (const kind of KINDS) await send(kind)
  const figures = { 'lib-storage': new Array<Figures>(), decant: new Array<Figures>() }
  for (let round = 0; round < rounds; round++) for (const kind of KINDS) figures[kind].push(await send(kind))
  const of = (kind: (typeof KINDS)[number], figure: keyof Figures): number =>
    median(figures[kind].map((each) => each[figure]))
  console.table(
    Object.fromEntries(
      KINDS.map((kind) => [
        kind,
        {
          'MiB a second': Math.round(of(kind, 'rate')),
          'seconds of CPU': of(kind, 'cpu').toFixed(2),
          'MiB of memory at the peak': of(kind, 'peak'),
          'and before': of(kind, 'before'),
        },
      ]),
    ),
  )
  const ratios = figures.decant.map(({ rate }, index) => rate / (figures['lib-storage'][index]?.rate ?? Infinity))
  console.log(
    `Decant sends ${median(ratios).toFixed(2)} times as fast (rounds: ${ratios.map((r) => r.toFixed(2)).join(', ')}).`,
  )
})
