import { join } from 'node:path'
import type { Way } from '../client/sender.ts'

/** A contestant of a measurement: Decant, a rival, or a bound for what is possible. */
export interface Contestant {
  readonly name: string
  readonly title: string
  readonly kind: 'decant' | 'rival' | 'bound'
  /** The program that runs it. */
  readonly program: string
  readonly way: Way
  /** Default true; false for what throws the bytes away. */
  readonly keepsFiles?: boolean
  /** The names of workloads that it is left out of, as what keeps whole bodies in memory is at 1 GiB. */
  readonly leftOutOf?: readonly string[]
  /** The names of the only workloads that it takes part in. Default: all. */
  readonly onlyIn?: readonly string[]
  /** Of those that no target names, fewer rounds are enough. */
  readonly mostRounds?: number
}

const bench = join(import.meta.dirname, '..')

/** The path of a program in `bench/servers`. */
export function ownProgram(name: string): string {
  return join(bench, 'servers', `${name}.ts`)
}

/** Whether a program needs what `npm ci` in `bench/rivals` installs. */
export function isRivalProgram(path: string): boolean {
  return path.startsWith(join(bench, 'rivals'))
}

/** The path of a program in `bench/rivals`, which need packages of their own. */
export function rivalProgram(name: string): string {
  return join(bench, 'rivals', `${name}.ts`)
}
