/**
 * Reads the value of an option.
 *
 * @throws {TypeError} for a text that is not a number above 0.
 */
export function positiveNumber(option: string, text: string): number {
  const number = Number(text)
  if (number > 0 && Number.isFinite(number)) return number
  throw new TypeError(`--${option} wants a number above 0, not ${JSON.stringify(text)}.`)
}
