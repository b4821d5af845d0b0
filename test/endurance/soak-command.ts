// npm run soak -- --minutes 60 [--seed 1] [--warm-up MINUTES] [-- OPTIONS OF decant serve]
//
// Exits with 1 if a promise was not kept, or if memory grows after the warm-up. A run has to be long for that: while
// code is still being compiled and the heap finds its size, memory grows anyway.
import { argv } from 'node:process'
import { parseArgs } from 'node:util'
import { positiveNumber } from './positive-number.ts'
import { soak } from './soak.ts'
import type { Sample, SoakReport } from './soak.ts'
import { median, trend } from './trend.ts'

const MINUTE_MS = 60_000
const MiB = 1024 ** 2
/** MiB in ten minutes. */
const MOST_GROWTH = 1
const ROWS = 12

const { values, positionals } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    'warm-up': { type: 'string' },
  },
})
const durationMs = positiveNumber('minutes', values.minutes) * MINUTE_MS
const warmUpMs =
  values['warm-up'] === undefined
    ? Math.min(durationMs / 4, 15 * MINUTE_MS)
    : positiveNumber('warm-up', values['warm-up']) * MINUTE_MS
const seed = positiveNumber('seed', values.seed)

console.log(`seed ${seed}; ${values.minutes} minutes, of which ${warmUpMs / MINUTE_MS} are the warm-up`)
let nextLine = 0
const report = await soak({
  durationMs,
  seed,
  sampleMs: Math.min(5000, durationMs / 100),
  serveOptions: positionals,
  onSample: (sample) => {
    if (sample.time < nextLine) return
    nextLine += MINUTE_MS
    console.log(lineOf(sample))
  },
})
process.exitCode = print(report)

function print({ before, samples, after, counts, faults }: SoakReport): number {
  const warm = samples.filter(({ time }) => time >= warmUpMs)
  const growth = growthOf(warm, ({ rss }) => rss)
  console.log(`\n${Object.values(counts).reduce((sum, count) => sum + count, 0)} actions:`)
  console.table(counts)
  console.log(
    `Medians of each ${Math.round(durationMs / ROWS / 1000)} s, MiB; the most of descriptors, sockets, drafts and files:`,
  )
  console.table([before, ...rowsOf(samples), after].map(cellsOf))
  console.log(`RSS grows by ${growth.toFixed(2)} MiB in ten minutes (allowed: less than ${MOST_GROWTH}),`)
  console.log(
    `the heap by ${growthOf(warm, ({ heapUsed }) => heapUsed).toFixed(2)}, buffers outside of it by ${growthOf(warm, ({ external }) => external).toFixed(2)}`,
  )
  for (const fault of faults) console.log(`FAULT: ${fault}`)
  const holds = growth < MOST_GROWTH && faults.length === 0
  console.log(holds ? 'Every promise was kept.' : 'Not every promise was kept.')
  return holds ? 0 : 1
}

function growthOf(samples: readonly Sample[], bytes: (sample: Sample) => number): number {
  return trend(samples.map((sample) => ({ time: sample.time / (10 * MINUTE_MS), value: bytes(sample) / MiB })))
}

function rowsOf(samples: readonly Sample[]): Sample[] {
  return Array.from({ length: ROWS }, (_, row) => {
    const own = samples.filter(({ time }) => Math.min(ROWS - 1, Math.floor((time / durationMs) * ROWS)) === row)
    const of = (pick: (sample: Sample) => number): number[] => own.map(pick)
    return {
      time: Math.max(0, ...of(({ time }) => time)),
      rss: median(of(({ rss }) => rss)),
      heapUsed: median(of(({ heapUsed }) => heapUsed)),
      external: median(of(({ external }) => external)),
      descriptors: Math.max(0, ...of(({ descriptors }) => descriptors)),
      sockets: Math.max(0, ...of(({ sockets }) => sockets)),
      drafts: Math.max(0, ...of(({ drafts }) => drafts)),
      stored: Math.max(0, ...of(({ stored }) => stored)),
    }
  })
}

function cellsOf({ time, rss, heapUsed, external, descriptors, sockets, drafts, stored }: Sample): object {
  const inMiB = (bytes: number): number => Number((bytes / MiB).toFixed(1))
  const sizes = { rss: inMiB(rss), heap: inMiB(heapUsed), external: inMiB(external) }
  return { minute: Number((time / MINUTE_MS).toFixed(1)), ...sizes, descriptors, sockets, drafts, files: stored }
}

function lineOf(sample: Sample): string {
  return Object.entries(cellsOf(sample))
    .map(([name, value]) => `${name} ${String(value)}`)
    .join('  ')
}
