import { execFile } from 'node:child_process'
import { execPath } from 'node:process'
import { promisify } from 'node:util'
import { decoderInputs } from '../decode/decoder-inputs.ts'
import type { DecoderInput } from '../decode/decoder-inputs.ts'
import type { DecoderResult } from '../decode/run-decoder.ts'
import type { DecodeContestant } from './decode-contestants.ts'
import { runRounds } from './rounds.ts'
import type { RoundOptions } from './rounds.ts'
import type { Run } from './run.ts'

const run = promisify(execFile)
const TIMEOUT_MS = 120_000

/** All rounds of all decoders, each in a process of its own for all inputs that it takes. */
export async function measureDecoders(
  options: RoundOptions,
  contestants: readonly DecodeContestant[],
  inputs: readonly DecoderInput[] = decoderInputs,
): Promise<Run[]> {
  const all = await runRounds(contestants, options, async ({ name, program, takesWorst }, round) => {
    const names = inputs.filter(({ kind }) => takesWorst || kind === 'usual').map((input) => input.name)
    if (names.length === 0) return []
    const { stdout } = await run(execPath, ['--no-warnings', program, ...names], { timeout: TIMEOUT_MS })
    const results: DecoderResult[] = JSON.parse(stdout)
    return results.map(({ input, ...figures }): Run => ({
      area: 'decode',
      workload: input,
      contestant: name,
      round,
      clientCpuSeconds: 0,
      ...figures,
    }))
  })
  return all.flat()
}
