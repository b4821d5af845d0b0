import { areas } from '../measure/areas.ts'
import type { Area, Named } from '../measure/areas.ts'
import { decoderInputs } from '../decode/decoder-inputs.ts'
import type { Run } from '../measure/run.ts'
import { runsOf, toText } from './runs-table.ts'
import { ratioOf, throughputOf } from './ratios.ts'
import { toTable } from './table.ts'
import { targets } from './targets.ts'
import type { Target } from './targets.ts'
import { verdictOn } from './verdict.ts'

const WORST_BAR = 0.5

/** Every target for which there are runs, and whether it is met; empty if there is none. */
export function targetsTable(runs: readonly Run[]): string {
  const rows = targets.flatMap((target) => {
    const verdict = verdictOn(target, runs)
    if (verdict === undefined) return []
    const { area, workload, contestant = 'decant', unit, bar, otherWorkload } = target
    const { contestants, workloads, title } = areaOf(area)
    const other = titleOf(otherWorkload === undefined ? contestants : workloads, verdict.other)
    return [
      [
        `${title}: ${titleOf(workloads, workload)}`,
        `${titleOf(contestants, contestant)}: ${unit}`,
        `${sign(target)} ${bar} x ${target.others.length > 1 ? 'the best rival, ' : ''}${other}`,
        toText(verdict.ratio),
        word(verdict.isMet, verdict.isWithinNoise),
      ],
    ]
  })
  const all = [...rows, ...worstRow(runs)]
  return all.length === 0 ? '' : toTable(['', 'of', 'target', 'measured', ''], all)
}

/** The input that Decant's decoder is slowest with, beside what it does with random bytes. */
function worstRow(allRuns: readonly Run[]): string[][] {
  const own = runsOf(allRuns, { name: 'decant' }).filter(({ area }) => area === 'decode')
  const random = own.filter(({ workload }) => workload === 'random')
  const ratios = decoderInputs
    .filter(({ kind }) => kind === 'worst')
    .flatMap(({ name, title }) => {
      const ratio = ratioOf(
        own.filter(({ workload }) => workload === name),
        random,
        throughputOf,
      )
      return ratio === undefined ? [] : [{ title, ratio }]
    })
  const [worst] = ratios.toSorted((left, right) => left.ratio.median - right.ratio.median)
  if (worst === undefined) return []
  const { median, least, most } = worst.ratio
  return [
    [
      `decoder alone, the worst input: ${worst.title}`,
      'Decant: throughput',
      `at least ${WORST_BAR} x its own with random bytes`,
      toText(worst.ratio),
      word(median >= WORST_BAR, least < WORST_BAR && WORST_BAR < most),
    ],
  ]
}

function areaOf(name: Run['area']): Area {
  const area = areas.find((each) => each.name === name)
  if (area === undefined) throw new TypeError(`There is no ${name}.`)
  return area
}

function sign({ unit }: Target): string {
  return unit === 'throughput' ? 'at least' : 'at most'
}

function word(isMet: boolean, isWithinNoise: boolean): string {
  return `${isMet ? 'met' : '**missed**'}${isWithinNoise ? ', within noise' : ''}`
}

function titleOf(named: readonly Named[], name: string): string {
  return named.find((each) => each.name === name)?.title ?? name
}
