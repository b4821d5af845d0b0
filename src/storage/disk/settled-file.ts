import type { BigIntStats } from 'node:fs'

/** Kernels take the time of a change from a clock that ticks every ten milliseconds at the slowest. */
const TICK_MS = 100

/** File systems that know whole seconds alone, as ext3 and small inodes of ext4 do. */
const SECOND_MS = 2000

/**
 * Whether the last change of a file or its inode is so long ago that the next one is going to have another time: then bytes
 * that are read from now on are those of these stats for as long as the stats stay the same.
 *
 * @param now milliseconds since 1970
 */
export function isSettled({ ctimeNs }: Pick<BigIntStats, 'ctimeNs'>, now: number): boolean {
  const tickMs = ctimeNs % 1_000_000_000n === 0n ? SECOND_MS : TICK_MS
  return now - Number(ctimeNs / 1_000_000n) > tickMs
}
