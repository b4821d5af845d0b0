import { IS_NODE } from './is-node.ts'

/** Entries of eight bytes: half the size of a chunk of 64 KiB, and less than V8's size of a large object. */
const MOST_ENTRIES = 4096

/** The last garbage that was made. It is never read. Without this reference, V8's compiler would not create it. */
const garbage: { last?: readonly undefined[] } = {}

/**
 * Makes garbage in proportion to a chunk whose memory cannot be given back. Call it for each such chunk of a body.
 *
 * The memory of a chunk lies outside of V8's heap, which holds a few bytes for each 64 KiB. The memory outside makes V8
 * mark the whole heap for every 12 MiB of body, long before its space for young objects is full. To collect the young
 * objects is a tenth of that work, and frees the chunks as well. The garbage fills their space sooner.
 *
 * @param size of the chunk, in bytes
 */
export function makeYoungGarbage(size: number): void {
  if (!IS_NODE) return
  // One allocation: Array.from would fill in each entry.
  // oxlint-disable-next-line no-new-array
  garbage.last = new Array<undefined>(Math.min(size >>> 4, MOST_ENTRIES))
}
