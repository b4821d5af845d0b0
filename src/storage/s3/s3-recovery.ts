import type { Recover } from '../transaction.ts'

/** Facts of the world that tests set by hand. */
export interface S3World {
  /** Milliseconds that are added to the clocks of this process and of the engine. */
  readonly skewMs: number
}

/** How a storage decides about transactions without a verdict. */
export interface S3Recovery {
  readonly recover: Recover | undefined
  /** Whether `recover` makes sure that a missing row stays missing. */
  readonly isFencing: boolean
  readonly world: S3World
}
