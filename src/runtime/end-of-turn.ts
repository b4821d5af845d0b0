import { IS_NODE } from './is-node.ts'

/**
 * Of Node alone. Where requests do not share a loop, nobody may wait for what another one has set; and Bun hangs up on requests that were sent in
 * a row where the body of one is read later. Not where a browser is imitated, as by jsdom for tests.
 */
const setImmediate: typeof globalThis.setImmediate | undefined = IS_NODE ? globalThis.setImmediate : undefined

/**
 * Bytes of a body that may be here with the header of its request, in one read from a socket. A longer one gains nothing by waiting for
 * others, and its first chunk is not to wait in memory.
 */
const ONE_READ = 64 * 1024

/** Who waits for the end of this turn. */
let waiting: (() => void)[] = []

/**
 * Resolves at the end of this turn of the event loop, for all who ask in it: when all requests that have come by now have been looked at.
 * These then go on side by side, one step of each after one step of the others, which takes half the time of one whole request after the other
 * (docs/decisions/018). Their answers go out in a row, too, so that a client or proxy on the same machine is woken once. Who is alone in a turn
 * waits for a few microseconds.
 */
export function endOfTurn(): Promise<void> {
  if (setImmediate === undefined) return Promise.resolve()
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(endTurn)
  })
}

/** As `endOfTurn`, for a body of this length to begin; `undefined` where it should not wait, or the length is not known. */
export function turnToRead(length: number | undefined): Promise<void> | undefined {
  return length !== undefined && length <= ONE_READ ? endOfTurn() : undefined
}

function endTurn(): void {
  const all = waiting
  waiting = []
  for (const resolve of all) resolve()
}
