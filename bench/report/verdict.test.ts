import { expect, test } from 'vitest'
import type { Run } from '../measure/run.ts'
import { throughputOf } from './ratios.ts'
import type { Target } from './targets.ts'
import { verdictOn } from './verdict.ts'

const target: Target = {
  area: 'upload',
  workload: 'large',
  figure: throughputOf,
  unit: 'throughput',
  others: ['raw-pipe'],
  bar: 2,
}

/** A contestant's bytes per second, round by round. */
function runs(contestant: string, speeds: readonly number[]): Run[] {
  return speeds.map((bytes, index) => ({
    area: 'upload',
    workload: 'large',
    contestant,
    round: index + 1,
    seconds: 1,
    bytes,
    cpuSeconds: 1,
    peakBytes: 1,
    clientCpuSeconds: 0,
  }))
}

test('a target is judged by the median of the ratios within each round, not by a ratio of medians', () => {
  const verdict = verdictOn(target, [...runs('decant', [30, 40, 100]), ...runs('raw-pipe', [10, 20, 100])])
  expect(verdict).toMatchObject({ ratio: { median: 2, least: 1, most: 3 }, isMet: true, isWithinNoise: true })
})

test('rounds that are all on one side of the bar are not noise', () => {
  expect(verdictOn(target, [...runs('decant', [30, 25]), ...runs('raw-pipe', [10, 10])])).toMatchObject({
    isMet: true,
    isWithinNoise: false,
  })
  expect(verdictOn(target, [...runs('decant', [11, 12]), ...runs('raw-pipe', [10, 10])])).toMatchObject({
    isMet: false,
    isWithinNoise: false,
  })
})

test('of several rivals the fastest counts', () => {
  const all = [...runs('decant', [30]), ...runs('slow', [5]), ...runs('fast', [20])]
  expect(verdictOn({ ...target, others: ['slow', 'fast', 'absent'] }, all)).toMatchObject({
    other: 'fast',
    ratio: { median: 1.5 },
    isMet: false,
  })
})

test('a contestant that costs more than it may misses its target', () => {
  const all = [...runs('decant', [30]), ...runs('raw-pipe', [10])]
  expect(verdictOn({ ...target, unit: 'peak memory', bar: 2 }, all)).toMatchObject({ isMet: false })
  expect(verdictOn({ ...target, unit: 'peak memory', bar: 4 }, all)).toMatchObject({ isMet: true })
})

test('contestants that were not measured side by side are not judged', () => {
  const later = runs('raw-pipe', [10]).map((run) => ({ ...run, round: 2 }))
  expect(verdictOn(target, [...runs('decant', [30]), ...later])).toBeUndefined()
  expect(verdictOn(target, [])).toBeUndefined()
})
