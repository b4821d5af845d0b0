const UNITS = [
  ['hour', 3600],
  ['minute', 60],
] as const

/** Seconds for a person, rounded up to whole units: `90` -> `2 minutes`. */
export function formatDuration(seconds: number): string {
  const [unit, length] = UNITS.find(([, each]) => seconds >= each) ?? ['second', 1]
  const count = Math.ceil(seconds / length)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
