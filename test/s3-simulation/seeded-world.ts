import nodeCrypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
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
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    now: START,
  })
  vi.spyOn(Math, 'random').mockImplementation(() => random.fraction())
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => fill(array, random))
  const restore = replaceNodeRandom(random)
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
    restore()
    vi.restoreAllMocks()
    vi.useRealTimers()
  }
}

/** When each world begins, and how long it may take. */
const START = Date.UTC(2026, 0, 1)
const LONGEST_MS = 3 * 60 * 60 * 1000

/** Replaces `randomBytes` and `randomUUID` of `node:crypto` for all modules. Returns the way back. */
function replaceNodeRandom(random: SeededRandom): () => void {
  const { randomBytes, randomUUID } = nodeCrypto
  const bytes = (size: number): Buffer => Buffer.from(Array.from({ length: size }, () => random.integer(0, 255)))
  const uuid = (): string =>
    bytes(16)
      .toString('hex')
      .replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  const set = (functions: object): void => {
    Object.assign(nodeCrypto, functions)
    syncBuiltinESMExports()
  }
  set({ randomBytes: bytes, randomUUID: uuid })
  return () => set({ randomBytes, randomUUID })
}

async function isOverOrIdle(engine: SimulatedEngine, state: { readonly isOver: boolean }): Promise<boolean> {
  await engine.idle()
  return state.isOver
}

async function goOn(engine: SimulatedEngine): Promise<void> {
  // A timer that comes again and again would hide it.
  if (Date.now() - START > LONGEST_MS) throw new Error('The program has waited for hours')
  if (vi.getTimerCount() > 0) await vi.advanceTimersToNextTimerAsync()
  else if (!engine.releaseLate()) throw new Error('The program waits for something that never happens')
}

function fill<Filled extends ArrayBufferView>(array: Filled, random: SeededRandom): Filled {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  bytes.set(bytes.map(() => random.integer(0, 255)))
  return array
}
