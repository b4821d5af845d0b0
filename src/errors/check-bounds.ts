import { tellValue } from './tell-value.ts'

/**
 * The bounds of what a form takes several of.
 *
 * @param owner the function that was given them, such as `list`
 * @throws {TypeError} for bounds that are not numbers, or leave nothing between them.
 */
export function checkBounds(owner: string, { min, max }: { readonly min: unknown; readonly max: unknown }): void {
  const areNumbers = typeof min === 'number' && Number.isInteger(min) && min >= 0 && typeof max === 'number'
  if (areNumbers && max >= min && max >= 1) return
  throw new TypeError(
    `${owner} needs a whole number as "min", and a "max" of at least 1 that is not smaller; ` +
      `got min ${tellValue(min)}, max ${tellValue(max)}.`,
  )
}
