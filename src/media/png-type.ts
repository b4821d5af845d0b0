const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const ANIMATION = 0x6163544c
const PIXELS = 0x49444154

/**
 * `image/png`, or `image/apng` if an animation is declared (`acTL`) before the first pixels (PNG, third edition,
 * 11.3.6.1). `undefined` if it is neither.
 */
export function pngType(head: Uint8Array): string | undefined {
  if (SIGNATURE.some((byte, index) => head[index] !== byte)) return undefined
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  // A chunk has its size, its name, that many bytes and a checksum (5.3).
  for (let at = 8; at + 8 <= head.length; at += 12 + view.getUint32(at)) {
    const name = view.getUint32(at + 4)
    if (name === ANIMATION) return 'image/apng'
    if (name === PIXELS) break
  }
  return 'image/png'
}
