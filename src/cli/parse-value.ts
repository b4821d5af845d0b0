/** Bytes of a unit by its lower-case name: decimal as disks are sold, binary with an `i` (IEC 80000-13). */
const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ...['k', 'm', 'g', 't'].flatMap((letter, index): [string, number][] => [
    [`${letter}b`, 1000 ** (index + 1)],
    [`${letter}ib`, 1024 ** (index + 1)],
  ]),
])

const TIME_UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/** The longest time of a timer, 24.8 days: a longer one rings at once. */
const MAX_TIME_MS = 2 ** 31 - 1

/**
 * `8MiB`, `1.5GB`, `512KB` or plain bytes, as bytes.
 *
 * @throws {TypeError} for anything else.
 */
export function parseSize(text: string): number {
  const size = Math.round(parseQuantity(text, SIZE_UNITS) ?? Number.NaN)
  if (Number.isSafeInteger(size)) return size
  throw new TypeError(`${JSON.stringify(text)} is not a valid size. Write 8MiB, 1GB, 512KB, or a number of bytes.`)
}

/**
 * A limit: as `parseSize`, but not 0, since then no file could be uploaded.
 *
 * @throws {TypeError} for 0, and as `parseSize`.
 */
export function parseLimit(text: string): number {
  const size = parseSize(text)
  if (size === 0) throw new TypeError('no file could be uploaded. Write a size above 0.')
  return size
}

/**
 * `30s`, `500ms`, `2m` or `1h`, as milliseconds.
 *
 * @throws {TypeError} for anything else, and for more than 24 days.
 */
export function parseTime(text: string): number {
  const time = parseQuantity(text, TIME_UNITS) ?? Number.NaN
  if (time <= MAX_TIME_MS) return time
  throw new TypeError(`${JSON.stringify(text)} is not a valid time of at most 24 days. Write 30s, 500ms, 2m or 1h.`)
}

/**
 * A whole number.
 *
 * @throws {TypeError} for anything else, and for one outside `min` and `max`.
 */
export function parseNumber(text: string, min: number, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw new TypeError(`${JSON.stringify(text)} is not a whole number from ${min} to ${max}.`)
}

/**
 * A switch: `true` or `1`, `false` or `0`.
 *
 * @throws {TypeError} for anything else.
 */
export function parseSwitch(text: string): boolean {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw new TypeError(`${JSON.stringify(text)} is neither true nor false.`)
}

/**
 * One of some words, in any case.
 *
 * @throws {TypeError} for any other.
 */
export function parseWord<Word extends string>(text: string, ...words: readonly Word[]): Word {
  const found = words.find((word) => word === text.trim().toLowerCase())
  if (found !== undefined) return found
  const expected = words.map((word) => JSON.stringify(word))
  const sentence =
    expected.length > 1 ? `is neither ${expected.join(' nor ')}` : `is not ${expected.join('')}, the only value`
  throw new TypeError(`${JSON.stringify(text)} ${sentence}.`)
}

/**
 * The text itself.
 *
 * @throws {TypeError} for one of spaces alone.
 */
export function parseText(text: string): string {
  if (text.trim() === '') throw new TypeError('the value is empty. Write one, or leave the option out.')
  return text
}

function parseQuantity(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim()) ?? []
  const factor = units.get(unit.toLowerCase())
  return number === undefined || factor === undefined ? undefined : Number(number) * factor
}
