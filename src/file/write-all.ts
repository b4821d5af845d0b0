import { afterBytes } from './after-bytes.ts'

/** A call that writes at `position`; returns the number of bytes that the system took. */
export type Write = (file: number, chunks: readonly Uint8Array[], position: number) => number | Promise<number>

/**
 * Writes all of `chunks` at `position`, however few bytes the system takes at once. Resolves to the number of bytes.
 */
export async function writeAll(
  write: Write,
  file: number,
  chunks: readonly Uint8Array[],
  position: number,
): Promise<number> {
  let rest = chunks
  let total = 0
  while (rest.length > 0) {
    const bytesWritten = await write(file, rest, position + total)
    if (bytesWritten === 0) throw new Error('The system wrote no bytes, and reported no error.')
    total += bytesWritten
    rest = afterBytes(rest, bytesWritten)
  }
  return total
}
