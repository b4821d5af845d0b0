/** 1,024 bytes. */
export const KiB = 1024
/** 1,048,576 bytes. */
export const MiB: number = 1024 ** 2
/** 1,073,741,824 bytes. */
export const GiB: number = 1024 ** 3

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `1048576` -> `1 MiB`; other sizes keep two decimals. */
export function formatBytes(size: number): string {
  if (size === 1) return '1 byte'
  let value = size
  let unit = 0
  // A number that would be rounded to 1024 belongs to the next unit.
  while (round(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${round(value)} ${UNITS[unit]}`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
