import { Buffer } from 'node:buffer'

/** The bytes around the filler of a file. */
interface FileFrame {
  readonly head: Uint8Array<ArrayBuffer>
  /** Default none. */
  readonly tail?: Uint8Array<ArrayBuffer>
}

/** The recipe for a file of some format. */
export interface FileFormat {
  /** The kind of filler that a program which reads the format skips: any bytes, or text. */
  readonly filler: 'binary' | 'text'
  /** The frame of a file of that many bytes; for fewer than its own, the smallest. */
  frame(size: number): FileFrame
}

/** Pieces one after the other; text as Latin-1, a byte for each character. */
export function joinBytes(...pieces: readonly (string | Uint8Array)[]): Buffer<ArrayBuffer> {
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)))
}

/** A number as bytes, the least first. */
export function littleEndian(value: number, size: 2 | 4 | 8): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes.subarray(0, size)
}

/** A number as four bytes, the greatest first. */
export function bigEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A format in which any bytes may follow a fixed beginning. */
export function headed(...head: readonly (string | Uint8Array)[]): FileFormat {
  const frame = { head: joinBytes(...head) }
  return { filler: 'binary', frame: () => frame }
}

/** Text between a beginning and an end. */
export function texted(head: string, tail = ''): FileFormat {
  const frame = { head: joinBytes(head), tail: joinBytes(tail) }
  return { filler: 'text', frame: () => frame }
}
