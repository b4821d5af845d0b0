/** A file in its folder: its name, and its modification time in milliseconds since 1970. */
export interface TimedFile {
  readonly name: string
  readonly time: number
}

/** Below zero if `one` comes before `other`: the newest first, then by name. */
export function compareTimedFiles(one: TimedFile, other: TimedFile): number {
  return other.time - one.time || (one.name < other.name ? -1 : one.name > other.name ? 1 : 0)
}

/** Merges two sorted lists. The time grows only with the number of files, because it does not sort again. */
export function mergeTimedFiles(some: readonly TimedFile[], others: readonly TimedFile[]): readonly TimedFile[] {
  if (some.length === 0) return others
  if (others.length === 0) return some
  const merged: TimedFile[] = []
  let place = 0
  for (const file of others) {
    for (let next = some[place]; next !== undefined && compareTimedFiles(next, file) < 0; next = some[++place]) {
      merged.push(next)
    }
    merged.push(file)
  }
  for (const file of some.slice(place)) merged.push(file)
  return merged
}
