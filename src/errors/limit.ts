import { tellValue } from './tell-value.ts'

/**
 * A limit as a developer gave it, or `preset` if it was left out.
 *
 * @throws {TypeError} for one that is negative, NaN or not a number; `Infinity` is allowed.
 */
export function toLimit(name: string, value: number | undefined, preset: number): number {
  const limit = value ?? preset
  if (isLimit(limit)) return limit
  throw new TypeError(`${name} must be a number of at least 0, not ${tellValue(limit)}`)
}

/** Refuses NaN, which nothing exceeds, and strings, which the environment holds. */
export function isLimit(value: unknown): value is number {
  return typeof value === 'number' && value >= 0
}
