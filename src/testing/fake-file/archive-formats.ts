import { deflateRawSync } from 'node:zlib'
import { crc32 } from './checksum.ts'
import { headed, joinBytes, littleEndian } from './file-frame.ts'
import type { FileFormat } from './file-frame.ts'

const TAR_BLOCK = 512

/** tar (POSIX ustar): the filler is a file of whole blocks, and the rest is zeros. */
export const TAR: FileFormat = {
  filler: 'binary',
  frame(size) {
    const length = Math.max(0, Math.floor(size / TAR_BLOCK) - 3) * TAR_BLOCK
    const rest = Math.max(2 * TAR_BLOCK, size - TAR_BLOCK - length)
    return { head: tarHeader('fake.bin', length), tail: joinBytes('\0'.repeat(rest)) }
  },
}

function tarHeader(name: string, size: number): Uint8Array<ArrayBuffer> {
  // Eleven octal digits are 8 GiB. A larger size is written as the number itself, as GNU tar does.
  const length =
    size < 8 ** 11
      ? `${size.toString(8).padStart(11, '0')}\0`
      : joinBytes('\x80\0\0\0', littleEndian(size, 8).toReversed())
  const before = joinBytes(name.padEnd(100, '\0'), '0000644\x000000000\x000000000\0', length, '00000000000\0')
  const after = joinBytes('0', '\0'.repeat(100), 'ustar\x0000', '\0'.repeat(247))
  // The sum of all bytes of the header, with spaces for itself.
  const sum = joinBytes(before, ' '.repeat(8), after).reduce((total, byte) => total + byte, 0)
  return joinBytes(before, `${sum.toString(8).padStart(6, '0')}\0 `, after)
}

/** gzip (RFC 1952) of no bytes, and of a tar without files. */
export const GZIP: FileFormat = gzipFormat(joinBytes())
export const TGZ: FileFormat = gzipFormat(joinBytes('\0'.repeat(2 * TAR_BLOCK)))

/** The filler is the comment of the header (section 2.3.1), so that nothing follows the end. */
function gzipFormat(content: Uint8Array): FileFormat {
  const frame = {
    head: joinBytes('\x1f\x8b\x08\x10\0\0\0\0\0\xff'),
    tail: joinBytes('\0', deflateRawSync(content), littleEndian(crc32(content), 4), littleEndian(content.length, 4)),
  }
  return { filler: 'text', frame: () => frame }
}

/** bzip2 of no bytes: the end of the stream, and its sum. */
export const BZIP2: FileFormat = headed('BZh9', '\x17\x72\x45\x38\x50\x90', '\0\0\0\0')

/** A 7z without files: its header, which ends without entries. */
export const SEVEN_ZIP: FileFormat = headed(
  "7z\xbc\xaf'\x1c\0\x04",
  littleEndian(crc32(joinBytes('\0'.repeat(20))), 4),
  '\0'.repeat(20),
)
