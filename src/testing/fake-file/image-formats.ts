import { deflateSync } from 'node:zlib'
import { crc32 } from './checksum.ts'
import { bigEndian, headed, joinBytes, littleEndian } from './file-frame.ts'
import type { FileFormat } from './file-frame.ts'

/* Whole pictures of one pixel, with the filler behind their end, which decoders ignore. */

/** PNG (third edition): one grey pixel of eight bits. */
export const PNG: FileFormat = headed(
  '\x89PNG\r\n\x1a\n',
  pngChunk('IHDR', joinBytes(bigEndian(1), bigEndian(1), '\x08\0\0\0\0')),
  pngChunk('IDAT', deflateSync(joinBytes('\0\x80'))),
  pngChunk('IEND', joinBytes()),
)

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const named = joinBytes(type, data)
  return joinBytes(bigEndian(data.length), named, bigEndian(crc32(named)))
}

/**
 * JPEG (ITU-T T.81, annex B) in a JFIF: one grey pixel, baseline. Both Huffman tables have one code, a single 0: of a
 * difference of nothing, and of the end of the block. So the picture is two bits, and six to fill the byte.
 */
export const JPEG: FileFormat = headed(
  '\xff\xd8',
  '\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0',
  `\xff\xdb\0\x43\0${'\x01'.repeat(64)}`,
  '\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0',
  `\xff\xc4\0\x14\x00\x01${'\0'.repeat(15)}\0`,
  `\xff\xc4\0\x14\x10\x01${'\0'.repeat(15)}\0`,
  '\xff\xda\0\x08\x01\x01\0\0\x3f\0',
  '\x3f',
  '\xff\xd9',
)

/** GIF89a: one pixel of a table of two colours. Its LZW codes are clear (4), the colour (0), and the end (5). */
export const GIF: FileFormat = headed(
  'GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff',
  ',\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;',
)

/**
 * WebP, lossless (RFC 9649, section 3): one black pixel, without transforms. Each of its five prefix codes has one
 * symbol: the opacity is 255, and the others are 0. So the pixel itself needs no bits.
 */
export const WEBP: FileFormat = headed('RIFF\x16\0\0\0WEBPVP8L\x09\0\0\0', '\x2f\0\0\0\0\x88\x88\xfe\x07', '\0')

/** BMP: one pixel of 24 bits, with the header of Windows. */
export const BMP: FileFormat = headed(
  'BM',
  littleEndian(58, 4),
  '\0\0\0\0\x36\0\0\0',
  '\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0\0\0\0\0\x04\0\0\0',
  '\0'.repeat(16),
  '\x80\x80\x80\0',
)
