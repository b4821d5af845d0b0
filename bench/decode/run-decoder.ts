import process from 'node:process'
import { decoderInputs } from './decoder-inputs.ts'
import type { DecoderBody } from './decoder-inputs.ts'

const WARM_UP_SECONDS = 0.12
const LEAST_SECONDS = 0.15

/** How fast a decoder was with one input. */
export interface DecoderResult {
  readonly input: string
  readonly bytes: number
  /** For which its thread had a processor: others that want one as well do not count. */
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
}

/**
 * The whole program of a measured decoder. It decodes each input of its arguments, over and over for a while, and
 * prints the speed. `decode` resolves to the number of bytes of content that it has seen.
 */
export async function runDecoder(decode: (body: DecoderBody) => number | Promise<number>): Promise<void> {
  const results: DecoderResult[] = []
  for (const name of process.argv.slice(2)) {
    const input = decoderInputs.find((each) => each.name === name)
    if (input === undefined) throw new TypeError(`There is no input ${name}.`)
    results.push({ input: name, ...(await measure(decode, input.build())) })
  }
  console.log(JSON.stringify(results))
}

async function measure(
  decode: (body: DecoderBody) => number | Promise<number>,
  body: DecoderBody,
): Promise<Omit<DecoderResult, 'input'>> {
  const found = await decode(body)
  if (found !== body.contentSize) throw new Error(`${found} bytes of content were found, not ${body.contentSize}.`)
  await repeat(WARM_UP_SECONDS, async () => decode(body))
  const before = process.cpuUsage()
  const { count, seconds } = await repeat(LEAST_SECONDS, async () => decode(body))
  const { user, system } = process.cpuUsage(before)
  const peakBytes = process.resourceUsage().maxRSS * 1024
  return { bytes: count * body.size, seconds, cpuSeconds: (user + system) / 1e6, peakBytes }
}

async function repeat(leastSeconds: number, run: () => Promise<unknown>): Promise<{ count: number; seconds: number }> {
  const began = process.threadCpuUsage()
  for (let count = 1; ; count += 1) {
    await run()
    const { user, system } = process.threadCpuUsage(began)
    const seconds = (user + system) / 1e6
    if (seconds >= leastSeconds) return { count, seconds }
  }
}
