/**
 * Kilobits a second by the index of a frame's header (ISO/IEC 11172-3 and 13818-3, 2.4.2.3), of MPEG 1 and of the
 * others.
 */
const RATES: readonly (readonly (readonly number[])[])[] = [
  [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  [
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
]

const HERTZ: readonly number[] = [44_100, 48_000, 32_000]

/** True if one frame of MPEG audio is here and another follows it. One alone proves nothing. */
export function hasTwoFrames(head: Uint8Array, offset = 0): boolean {
  const size = frameSize(head, offset)
  if (size === undefined) return false
  const following = offset + size
  return frameSize(head, following) !== undefined && head[following + 1] === head[offset + 1]
}

/** Whether two frames follow each other anywhere in the head: some files begin with something else. */
export function findsFrames(head: Uint8Array): boolean {
  for (let at = head.indexOf(0xff); at !== -1; at = head.indexOf(0xff, at + 1)) {
    if (hasTwoFrames(head, at)) return true
  }
  return false
}

/** The size in bytes of a frame of layer I to III, or of AAC in ADTS (13818-7, 6.2), by its header. */
function frameSize(head: Uint8Array, offset: number): number | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = head.subarray(offset, offset + 6)
  if (first !== 0xff || second < 0xe0) return undefined
  if ((second & 0xf6) === 0xf0) {
    const size = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5)
    return size > 7 ? size : undefined
  }
  const version = (second >> 3) & 3
  const layer = 4 - ((second >> 1) & 3)
  const rate = RATES[version === 3 ? 0 : 1]?.[layer - 1]?.[third >> 4]
  const hertz = HERTZ[(third >> 2) & 3]
  if (version === 1 || rate === undefined || rate === 0 || hertz === undefined) return undefined
  const samplesPerSecond = version === 3 ? hertz : version === 2 ? hertz / 2 : hertz / 4
  const padding = (third >> 1) & 1
  if (layer === 1) return (Math.floor((12_000 * rate) / samplesPerSecond) + padding) * 4
  const slots = layer === 3 && version !== 3 ? 72_000 : 144_000
  return Math.floor((slots * rate) / samplesPerSecond) + padding
}
