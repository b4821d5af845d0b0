import { RUNTIMES, WORKERD } from './runtime-list.ts'
import type { Suite } from './runtime-list.ts'

/** All suites, by runtime and contract. */
export const SUITES_BY_NAME: ReadonlyMap<string, Suite> = new Map(
  [...RUNTIMES, WORKERD].flatMap(({ name, suites }) =>
    suites.map((suite) => [`${name} ${suite.name}`, suite] as const),
  ),
)
