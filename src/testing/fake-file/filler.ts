import { Buffer } from 'node:buffer'

/** A prime number of bytes: two pieces of a file of a usual size then never look alike. */
const BLOCK_SIZE = 1_048_573

const LETTERS = 'abcdefghijklmnopqrstuvwxyz    '

/**
 * That many bytes without meaning, as parts of a `Blob`: the same for the same seed. Only one block is held in memory.
 *
 * @param kind `text`: letters and spaces of ASCII. `binary`: any bytes.
 */
export function filler(size: number, kind: 'binary' | 'text', seed: number): BlobPart[] {
  const block = makeBlock(Math.min(size, BLOCK_SIZE), kind, seed)
  const rest = size % BLOCK_SIZE
  if (size < BLOCK_SIZE) return [block]
  const whole = new Blob([block])
  return [...Array.from({ length: Math.floor(size / BLOCK_SIZE) }, () => whole), block.subarray(0, rest)]
}

/** A generator of its own, since `Math.random` takes no seed: Steele's and Vigna's SplitMix, of 32 bits. */
function makeBlock(size: number, kind: 'binary' | 'text', seed: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(Math.ceil(size / 4) * 4)
  const view = new DataView(block.buffer)
  let state = seed
  for (let at = 0; at < block.length; at += 4) {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    view.setUint32(at, mixed ^ (mixed >>> 15))
  }
  if (kind === 'text') {
    const letters = Buffer.from(LETTERS)
    for (const [at, byte] of block.entries()) block[at] = letters[byte % letters.length] ?? 0
  }
  return block.subarray(0, size)
}
