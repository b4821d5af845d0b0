import { bigEndian, headed, joinBytes, littleEndian } from './file-frame.ts'
import type { FileFormat } from './file-frame.ts'

/** WAV: PCM of one channel and eight bits, 8,000 times a second. The filler is heard as noise. */
export const WAV: FileFormat = {
  filler: 'binary',
  frame(size) {
    const format = '\x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0'
    // A longer length is written as the largest that the field can hold.
    const sizeAfter = (position: number): Uint8Array =>
      littleEndian(Math.min(Math.max(0, size - position), 0xffff_ffff), 4)
    return { head: joinBytes('RIFF', sizeAfter(8), 'WAVEfmt ', format, 'data', sizeAfter(44)) }
  },
}

/** MP3: two silent frames (ISO/IEC 11172-3: layer III, 128 kbit/s, 44.1 kHz, one channel). */
export const MP3: FileFormat = headed(silentFrame(), silentFrame())

function silentFrame(): Uint8Array {
  return joinBytes('\xff\xfb\x90\xc4', '\0'.repeat(413))
}

/** FLAC (RFC 9639): the description of a stream without data. */
export const FLAC: FileFormat = headed(
  'fLaC\x80\0\0\x22',
  '\x10\0\x10\0',
  '\0'.repeat(6),
  '\x0a\xc4\x40\xf0',
  '\0'.repeat(20),
)

/** Ogg (RFC 3533, section 6): a page with the first packet of a codec. */
export function oggFormat(packet: string): FileFormat {
  const serial = 'fake'
  return headed(
    `OggS\0\x02${'\0'.repeat(8)}${serial}${'\0'.repeat(8)}\x01${String.fromCharCode(packet.length)}${packet}`,
  )
}

/**
 * An ISO base media file (ISO/IEC 14496-12) of this brand: a film without tracks, and the filler as media data, which
 * reach to the end.
 */
export function isoMediaFormat(brand: string): FileFormat {
  const times = joinBytes('\0'.repeat(12), bigEndian(1000), bigEndian(0))
  const matrix = [
    '\0\x01\0\0',
    '\0\0\0\0',
    '\0\0\0\0',
    '\0\0\0\0',
    '\0\x01\0\0',
    '\0\0\0\0',
    '\0\0\0\0',
    '\0\0\0\0',
    '\x40\0\0\0',
  ]
  const header = box('mvhd', times, '\0\x01\0\0\x01\0', '\0'.repeat(10), ...matrix, '\0'.repeat(24), bigEndian(1))
  return headed(box('ftyp', `${brand}\0\0\0\0isom${brand}`), box('moov', header), '\0\0\0\0mdat')
}

function box(type: string, ...content: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = joinBytes(type, ...content)
  return joinBytes(bigEndian(bytes.length + 4), bytes)
}

/** An EBML header (RFC 8794, section 11.2) with its document type, and a segment of unknown size. */
export function ebmlFormat(documentType: string): FileFormat {
  const sized = (text: string): string => `${String.fromCharCode(0x80 + text.length)}${text}`
  const elements = `\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82${sized(documentType)}`
  return headed(`\x1aE\xdf\xa3${sized(elements)}`, '\x18S\x80g\x01\xff\xff\xff\xff\xff\xff\xff')
}
