/** How one promise ended in a runtime. */
export interface Outcome {
  readonly name: string
  readonly passed: boolean
  /** Why it was not kept. */
  readonly reason?: string
}

/** A line of `contract.mjs`; `undefined` for any other line, such as a remark of a runtime. */
export function parseOutcome(line: string): Outcome | undefined {
  if (!line.startsWith('{"name":')) return undefined
  const value: Outcome = JSON.parse(line)
  return value
}
