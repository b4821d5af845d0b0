import { IS_NODE } from './is-node.ts'

/**
 * Exists on Node only. In a Worker, a request must not wait for a callback that another request has set. Bun closes
 * the connection of pipelined requests if the body of one is read a turn later. `undefined` also if a test imitates a
 * browser, as jsdom does.
 */
const setImmediate: typeof globalThis.setImmediate | undefined = IS_NODE ? globalThis.setImmediate : undefined

/** The requests that wait for the end of this turn. */
let waiting: (() => void)[] = []

/**
 * Resolves at the end of this turn of the event loop, for all requests of the turn together. They then go on side by
 * side: one step of each, then the next step of each. This takes half the time of one request after the other
 * (docs/decisions/018). A request that is alone in its turn waits for a few microseconds.
 */
export function endOfTurn(): Promise<void> {
  if (setImmediate === undefined) return Promise.resolve()
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(endTurn)
  })
}

function endTurn(): void {
  const all = waiting
  waiting = []
  for (const resolve of all) resolve()
}
