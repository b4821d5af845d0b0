/** A value at a time. */
export interface Point {
  readonly time: number
  readonly value: number
}

/**
 * How much the values rise in a unit of time: the median of the slopes between all pairs of points (Theil and Sen).
 * Outliers, up to 29 % of the points, do not move it. 0 for fewer than two points.
 */
export function trend(points: readonly Point[]): number {
  const slopes: number[] = []
  for (const [index, first] of points.entries()) {
    for (const second of points.slice(index + 1)) {
      if (second.time !== first.time) slopes.push((second.value - first.value) / (second.time - first.time))
    }
  }
  return median(slopes)
}

/** 0 for no values. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).toSorted()
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
}
