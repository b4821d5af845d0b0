/** The rest of `chunks` after their first `count` bytes. */
export function afterBytes(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  let index = 0
  let left = count
  for (const chunk of chunks) {
    if (left < chunk.byteLength) return [chunk.subarray(left), ...chunks.slice(index + 1)]
    left -= chunk.byteLength
    index++
  }
  return []
}
