/**
 * A limit as a developer gave it, or `preset` where it was left out.
 *
 * @throws {TypeError} for one that is negative or NaN, which would be no limit at all; `Infinity` is allowed.
 */
export function toLimit(name: string, value: number | undefined, preset: number): number {
  const limit = value ?? preset
  if (!(limit >= 0)) throw new TypeError(`${name} must be a number of at least 0, not ${limit}`)
  return limit
}
