import type { BigIntStats } from 'node:fs'

/** Kernels take the time of a change from a clock that ticks at least every ten milliseconds. Ten ticks are ample. */
const TICK_MS = 100

/** Some file systems know only whole seconds, for example ext3 and small inodes of ext4. */
const SECOND_MS = 2000

/**
 * Whether the last change of a file or its inode is so long ago that the next change gets another time. Then bytes that
 * are read from now on belong to these stats, as long as the stats stay the same.
 *
 * @param now milliseconds since 1970
 */
export function isSettled({ ctimeNs }: Pick<BigIntStats, 'ctimeNs'>, now: number): boolean {
  const tickMs = ctimeNs % 1_000_000_000n === 0n ? SECOND_MS : TICK_MS
  return now - Number(ctimeNs / 1_000_000n) > tickMs
}
