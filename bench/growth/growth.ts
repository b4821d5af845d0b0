/** One measurement, at one size of what grows. */
export interface GrowthPoint {
  /** How much of it there was. */
  readonly amount: number
  /** Of each curve. */
  readonly seconds: Readonly<Record<string, number>>
  /** The most memory that the server had, from its start on. */
  readonly peakBytes: number
}

/** How a cost grows with one thing. */
export interface Growth {
  readonly name: string
  readonly title: string
  /** The unit of the amounts. */
  readonly unit: string
  readonly points: readonly GrowthPoint[]
}

/**
 * The steepest part of a curve: the power of the amount with which it grows between two points that are at least a
 * hundredfold apart. Small amounts are left out. 1 is linear, 0 flat.
 */
export function steepest(points: readonly GrowthPoint[], curve: string): number {
  const timed = points.flatMap(({ amount, seconds }) => {
    const time = seconds[curve]
    return time === undefined || amount === 0 ? [] : [{ amount, time }]
  })
  const powers = timed.flatMap((first) =>
    timed
      .filter(({ amount }) => amount >= 100 * first.amount)
      .map((second) => Math.log(second.time / first.time) / Math.log(second.amount / first.amount)),
  )
  return Math.max(0, ...powers)
}
