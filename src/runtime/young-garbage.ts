import { IS_NODE } from './is-node.ts'

/** Entries of eight bytes: half as much as a chunk of 64 KiB has, and less than what V8 takes for a large object. */
const MOST_ENTRIES = 4096

/** The last garbage that was made. Nobody looks at it; were it not here, V8's compiler would leave it out. */
const garbage: { last?: readonly undefined[] } = {}

/**
 * To be called for each chunk of a body whose memory nobody can give back. It lies beside V8's heap, which has a few bytes
 * of JavaScript for each 64 KiB: so V8 collects by the pressure of what lies beside, and marks the whole heap for every 12 MiB of
 * body, long before the space for young objects is full, whose collection is a tenth of the work and frees the chunks as well.
 * Some garbage among young objects fills it sooner.
 *
 * @param size of the chunk, in bytes
 */
export function makeYoungGarbage(size: number): void {
  if (!IS_NODE) return
  // Made in one go, where Array.from would fill in each entry.
  // oxlint-disable-next-line no-new-array
  garbage.last = new Array<undefined>(Math.min(size >>> 4, MOST_ENTRIES))
}
