/** The CRC-32 that PNG (section 5.5) and ZIP (APPNOTE.TXT 4.4.7) have: `zlib.crc32` is not in Node 22.0. */
export function crc32(bytes: Uint8Array): number {
  let sum = -1
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return ~sum >>> 0
}
