import type { Environment } from './arguments.ts'
import { nearestWord } from '../errors/nearest-word.ts'
import { variableOf } from './option.ts'
import type { Option } from './option.ts'

const PREFIX = 'DECANT_'

/** Variables that other programs set: images their version, and Kubernetes for a service of this name. */
const NOT_OURS = /^(?:VERSION|SERVICE_.*|PORT_\d.*)$/

/** A sentence for each variable that looks like an option's but is not: the operator expects an effect. */
export function strayVariables(environment: Environment, options: readonly Option<unknown>[]): string[] {
  // Without the prefix, which would make any two of them alike.
  const known = options.map((option) => variableOf(option).slice(PREFIX.length))
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => name.slice(PREFIX.length))
    .filter((name) => !known.includes(name) && !NOT_OURS.test(name))
    .map((name) => {
      const nearest = nearestWord(name, known)
      return `${PREFIX}${name} means nothing to decant${nearest === undefined ? '' : `; did you mean ${PREFIX}${nearest}?`}`
    })
}
