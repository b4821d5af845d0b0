import { randomBytes } from 'node:crypto'

const ID_SIZE = 16
/** Random bytes for 256 ids at once: asking for random bytes costs more than the rest of making an id. */
const POOL_SIZE = 256 * ID_SIZE

let pool = Buffer.alloc(0)
let used = 0

/** 128 random bits in hexadecimal. */
export function newDraftId(): string {
  if (used === pool.length) {
    pool = randomBytes(POOL_SIZE)
    used = 0
  }
  used += ID_SIZE
  return pool.toString('hex', used - ID_SIZE, used)
}
