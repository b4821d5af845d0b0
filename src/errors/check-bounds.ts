import { tellValue } from './tell-value.ts'

/**
 * Checks how many files or items a form takes.
 *
 * @param owner the function that was given them, such as `list`
 * @throws {TypeError} for a bound that is not a number, and for a `max` below 1 or below `min`.
 */
export function checkBounds(owner: string, { min, max }: { readonly min: unknown; readonly max: unknown }): void {
  const areNumbers = typeof min === 'number' && Number.isInteger(min) && min >= 0 && typeof max === 'number'
  if (areNumbers && max >= min && max >= 1) return
  throw new TypeError(
    `${owner} needs a whole number as "min", and a "max" of at least 1 that is not smaller than "min"; ` +
      `got min ${tellValue(min)}, max ${tellValue(max)}.`,
  )
}
