/**
 * Throws a TypeError unless both are whole numbers and `0 <= start <= end <= size`. The range holds the bytes from
 * `start` up to but not including `end`.
 */
export function checkByteRange(start: number, end: number, size: number): void {
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= size) return
  throw new TypeError(`The range from ${start} to ${end} is not valid for ${size} bytes.`)
}
