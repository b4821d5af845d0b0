import { decoderInputs } from '../decode/decoder-inputs.ts'
import { decodeContestants } from '../measure/decode-contestants.ts'
import type { Run } from '../measure/run.ts'
import { ratioOf, throughputOf } from './ratios.ts'
import { runsOf, toText } from './runs-table.ts'
import { toTable } from './table.ts'

const BASE = { name: 'busboy' }
const RANDOM = 'random'

/** The results of the decoders: usual inputs beside busboy, and slow inputs beside themselves. */
export function decodeReport(runs: readonly Run[]): string {
  return `Bytes in memory, in chunks of 64 KiB, and the time for which the decoder's thread had a processor; as a
multiple of busboy's time for the same bytes:

${usualTable(runs)}

Bytes that slow a search for boundaries down, as a multiple of the same decoder's time for random bytes:

${worstTable(runs)}`
}

function usualTable(runs: readonly Run[]): string {
  const inputs = decoderInputs.filter(({ kind, name }) => kind === 'usual' && ofInput(runs, name).length > 0)
  const rows = decodeContestants
    .filter((each) => runsOf(runs, each).length > 0)
    .map((each) => [
      each.title,
      ...inputs.map(({ name }) => {
        const own = ofInput(runs, name)
        return toText(ratioOf(runsOf(own, each), runsOf(own, BASE), throughputOf))
      }),
    ])
  return toTable(['', ...inputs.map(({ title }) => title)], rows)
}

function worstTable(runs: readonly Run[]): string {
  const takers = decodeContestants.filter(({ takesWorst }) => takesWorst)
  const inputs = decoderInputs.filter(({ kind, name }) => kind === 'worst' && ofInput(runs, name).length > 0)
  const rows = inputs.map(({ name, title }) => [
    title,
    ...takers.map((taker) => {
      const own = runsOf(runs, taker)
      return toText(ratioOf(ofInput(own, name), ofInput(own, RANDOM), throughputOf))
    }),
  ])
  return toTable(['', ...takers.map(({ title }) => title)], rows)
}

function ofInput(runs: readonly Run[], name: string): Run[] {
  return runs.filter(({ workload }) => workload === name)
}
