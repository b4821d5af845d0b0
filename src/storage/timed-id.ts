/** 48 bits of time, inverted, in hexadecimal. */
const TIME_DIGITS = 12
const LATEST = 2 ** 48 - 1
const RANDOM_BYTES = 10
/** Decant has given no id before. */
const OLDEST = Date.UTC(2025, 0)
/** The clocks of servers differ, but not by a day. */
const DAY_MS = 86_400_000

/** Ends an id whose key does not tell the whole record of the file. */
const RECORD_MARK = '-r'

const TIMED_KEY = /(?:^|\/)([0-9a-f]{12})[0-9a-f]{20}(-r)?\/[^/]+$/

/** The facts that a key with a timed id tells. */
export interface TimedKey {
  readonly storedAt: Date
  /** Whether the file has a record that the key does not tell. */
  readonly hasRecord: boolean
}

/**
 * An id that is given once: 48 bits of inverted time and 80 random bits. So the code-unit order of ids is that of time,
 * newest first, and no id can be guessed.
 *
 * @param storedAt milliseconds since 1970
 */
export function newTimedId(storedAt: number = Date.now()): string {
  const time = timeDigits(storedAt)
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))
  return time + Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Keys between the two are timed ids, unless a folder has such a name. No word begins with `fe` and a digit. */
export function timedIdBounds(): { readonly first: string; readonly end: string } {
  return { first: timeDigits(Date.now() + DAY_MS), end: timeDigits(OLDEST - 1) }
}

/** The beginning of the ids of a time. */
function timeDigits(storedAt: number): string {
  return (LATEST - storedAt).toString(16).padStart(TIME_DIGITS, '0')
}

/** The folder in a key: the id, marked if the key does not tell the whole record. */
export function timedFolder(id: string, hasRecord: boolean): string {
  return hasRecord ? id + RECORD_MARK : id
}

/**
 * The facts of a key `<folders>/<timed id>/<name>`; `undefined` for another key. A time after tomorrow is not the time
 * of an id: a folder of 32 random digits has one nearly always.
 */
export function parseTimedKey(key: string): TimedKey | undefined {
  const [, time, mark] = TIMED_KEY.exec(key) ?? []
  if (time === undefined) return undefined
  const storedAt = LATEST - Number.parseInt(time, 16)
  if (storedAt > Date.now() + DAY_MS) return undefined
  return { storedAt: new Date(storedAt), hasRecord: mark !== undefined }
}
