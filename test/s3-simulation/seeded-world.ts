import { vi } from 'vitest'
import { SeededRandom } from '../endurance/seeded-random.ts'
import type { SimulatedEngine } from './simulated-engine.ts'

/**
 * Runs a program in a world of its own, so that one seed always gives the same run. Timers take no time: when all
 * clients wait for them alone, the next one is due. Random numbers come from the seed.
 *
 * @throws {Error} if the program waits for something that never happens.
 */
export async function inSeededWorld<Result>(
  engine: SimulatedEngine,
  seed: number,
  program: () => Promise<Result>,
): Promise<Result> {
  const random = new SeededRandom(seed)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  vi.spyOn(Math, 'random').mockImplementation(() => random.fraction())
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => fill(array, random))
  try {
    const state = { isOver: false }
    const result = program().finally(() => {
      state.isOver = true
    })
    // The caller hears of it below.
    result.catch(() => {})
    while (!(await isOverOrIdle(engine, state))) await goOn(engine)
    return await result
  } finally {
    vi.restoreAllMocks()
    vi.useRealTimers()
  }
}

async function isOverOrIdle(engine: SimulatedEngine, state: { readonly isOver: boolean }): Promise<boolean> {
  await engine.idle()
  return state.isOver
}

async function goOn(engine: SimulatedEngine): Promise<void> {
  if (vi.getTimerCount() > 0) await vi.advanceTimersToNextTimerAsync()
  else if (!engine.releaseLate()) throw new Error('The program waits for something that never happens')
}

function fill<Filled extends ArrayBufferView>(array: Filled, random: SeededRandom): Filled {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  bytes.set(bytes.map(() => random.integer(0, 255)))
  return array
}
