import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SeededRandom } from '../../test/endurance/seeded-random.ts'

/** Of no round size, so that a piece of a file in the wrong place is noticed. */
const BLOCK_SIZE = 1024 ** 2 + 4093

/** Random bytes, which every measured file repeats up to its size; and the file that holds them, for the client. */
export interface Block {
  readonly path: string
  readonly bytes: Uint8Array
}

export function createBlock(folder: string): Block {
  const random = new SeededRandom(1)
  const bytes = Uint8Array.from({ length: BLOCK_SIZE }, () => random.integer(0, 255))
  const path = join(folder, 'block')
  writeFileSync(path, bytes)
  return { path, bytes }
}
