/** Node has it, and what is like Node; but not where a browser is imitated, as by jsdom for tests. */
const setImmediate: typeof globalThis.setImmediate | undefined = globalThis.setImmediate

/** Who waits for the end of this turn. */
let waiting: (() => void)[] = []

/**
 * Resolves when all requests that have come by now have been looked at. Who answers only then, after everybody else who was
 * asked in the same turn of the event loop, wakes a client or proxy on the same machine once, not for each of its requests:
 * to wake a process takes longer than to answer.
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
