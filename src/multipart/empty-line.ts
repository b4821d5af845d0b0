import { malformedPart } from './malformed-part.ts'

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const DELETE = 0x7f

/** 1 for the bytes that no text of a header has. */
const CONTROL = new Uint8Array(256).fill(1, 0, SPACE)
CONTROL[DELETE] = 1
CONTROL[TAB] = 0

/** The CR LF of the last header line and the CR LF of the empty line. */
export const EMPTY_LINE_SIZE = 4

/**
 * The place between `from` and `to` of the line end before the empty line; `to` if there is none. A line end so near to
 * `to` that only later bytes can decide counts as well.
 *
 * @param part the part's place in the form, from 1; refusals name it
 * @throws {UploadError} `malformed-body` for control characters, and for a CR or LF alone.
 */
export function findEmptyLine(bytes: Uint8Array, from: number, to: number, part: number): number {
  for (let at = from; at < to; at += 1) {
    while (
      at + 4 < to &&
      ((CONTROL[bytes[at] ?? 0] ?? 0) |
        (CONTROL[bytes[at + 1] ?? 0] ?? 0) |
        (CONTROL[bytes[at + 2] ?? 0] ?? 0) |
        (CONTROL[bytes[at + 3] ?? 0] ?? 0)) ===
        0
    ) {
      at += 4
    }
    const byte = bytes[at] ?? 0
    if (CONTROL[byte] === 0) continue
    if (byte === LF) throw malformedPart(part, undefined, 'a line of its header ends in LF without CR')
    if (byte !== CR) throw malformedPart(part, undefined, 'its header has control characters')
    if (at + 1 === to) return at
    if (bytes[at + 1] !== LF) throw malformedPart(part, undefined, 'its header has a CR without LF')
    if (at + 2 === to) return at
    if (bytes[at + 2] !== CR) {
      at += 1
      continue
    }
    if (at + 3 < to && bytes[at + 3] !== LF) throw malformedPart(part, undefined, 'its header has a CR without LF')
    return at
  }
  return to
}
