import { randomInt } from 'node:crypto'
import fc from 'fast-check'

/** The source of a target's cases, and its time. */
interface FuzzOptions {
  /** Milliseconds after which no new case is begun; default 0: the fixed examples and one batch. */
  readonly durationMs?: number | undefined
  /** The seed of one batch, to make a finding again; default random ones, until the time is over. */
  readonly seed?: number | undefined
  /** Which case of that batch, as a finding tells it. */
  readonly path?: string | undefined
  /** Told of each batch that has held. */
  readonly onBatch?: ((runs: number, seed: number) => void) | undefined
}

/** A case that breaks the promise. */
export interface Finding {
  /** The argument for the command that makes it again; absent for a fixed example. */
  readonly replay: { readonly seed: number; readonly path: string } | undefined
  /** The smallest case found, as source text. */
  readonly counterexample: string
  readonly error: unknown
}

interface FuzzResult {
  readonly runs: number
  readonly finding: Finding | undefined
}

/** Something to be fuzzed. */
export interface Target {
  /** The name of its file. */
  readonly name: string
  /** The promise for every case, as a sentence that begins with the name. */
  readonly promise: string
  /** Its share of the time, in which the fast ones get 1. */
  readonly share: number
  fuzz(options?: FuzzOptions): Promise<FuzzResult>
}

/** The resources of a target while it runs. */
interface Session<Value> {
  /** Throws if the promise does not hold. */
  check(value: Value): void | Promise<void>
  close?(): Promise<void>
}

export interface TargetDefinition<Value> {
  readonly name: string
  readonly promise: string
  readonly cases: fc.Arbitrary<Value>
  /** Counterexamples that were found, and others that must be tried every time: they come first. */
  readonly examples?: readonly Value[]
  /**
   * True if a case takes milliseconds: it gets more time, and in smaller batches, so that the time is not exceeded.
   * Default false.
   */
  readonly slow?: boolean
  readonly open: () => Session<Value> | Promise<Session<Value>>
}

/** Shrinking is worth this much time: a smaller case is nice to have. */
const SHRINK_MS = 10_000

export function fuzzTarget<Value>({
  name,
  promise,
  cases,
  examples = [],
  slow = false,
  open,
}: TargetDefinition<Value>): Target {
  return {
    name,
    promise,
    share: slow ? 3 : 1,
    async fuzz({ durationMs = 0, seed, path, onBatch } = {}) {
      const session = await open()
      try {
        if (seed !== undefined) return toResult(await tryBatch(cases, session, slow ? 20 : 100, seed, path))
        const example = await tryExamples(examples, session)
        if (example !== undefined) return { runs: 0, finding: example }
        let runs = examples.length
        const end = Date.now() + durationMs
        do {
          const batchSeed = randomInt(2 ** 31)
          const result = toResult(await tryBatch(cases, session, slow ? 20 : 100, batchSeed))
          runs += result.runs
          if (result.finding !== undefined) return { runs, finding: result.finding }
          onBatch?.(runs, batchSeed)
        } while (Date.now() < end)
        return { runs, finding: undefined }
      } finally {
        await session.close?.()
      }
    },
  }
}

async function tryExamples<Value>(examples: readonly Value[], session: Session<Value>): Promise<Finding | undefined> {
  for (const example of examples) {
    try {
      await session.check(example)
    } catch (error) {
      // Any error of the check is the finding.
      return { replay: undefined, counterexample: fc.stringify(example), error }
    }
  }
  return undefined
}

async function tryBatch<Value>(
  cases: fc.Arbitrary<Value>,
  session: Session<Value>,
  numRuns: number,
  seed: number,
  path?: string,
): Promise<fc.RunDetails<[Value]>> {
  let shrinkUntil = Infinity
  const property = fc.asyncProperty(cases, async (value) => {
    // A smaller case that was not tried counts as one that holds, so the smallest so far is told.
    if (Date.now() > shrinkUntil) return
    try {
      await session.check(value)
    } catch (error) {
      shrinkUntil = Math.min(shrinkUntil, Date.now() + SHRINK_MS)
      throw error
    }
  })
  return fc.check(property, {
    seed,
    ...(path !== undefined && { path }),
    numRuns,
    // fast-check prefers extreme values, which meets limits; without that it meets what lies in between.
    unbiased: seed % 2 === 0,
  })
}

function toResult<Value>(details: fc.RunDetails<[Value]>): FuzzResult {
  const { counterexample, counterexamplePath, seed, numRuns: runs } = details
  if (!details.failed) return { runs, finding: undefined }
  return {
    runs,
    finding: {
      replay: counterexamplePath === null ? undefined : { seed, path: counterexamplePath },
      counterexample: counterexample === null ? 'none: too few cases could be made' : fc.stringify(counterexample[0]),
      error: details.errorInstance,
    },
  }
}

/** A finding as a person wants to read it, with the one command that makes it again. */
export function describeFinding({ name, promise }: Target, { replay, counterexample, error }: Finding): string {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const command =
    replay === undefined
      ? `npm run fuzz -- --target ${name} --seconds 0`
      : `npm run fuzz -- --target ${name} --seed ${replay.seed} --path ${replay.path}`
  return [
    `${name} ${promise}: not so for`,
    counterexample,
    '',
    reason,
    '',
    ...(replay === undefined ? [] : [`seed ${replay.seed}, path ${replay.path}`]),
    `Again: ${command}`,
    `Mended? Then make it a fixed example in test/fuzz/${name}.ts.`,
  ].join('\n')
}
