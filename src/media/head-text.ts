import { hasErrorName } from '../errors/error-name.ts'

/** The first bytes of a file, decoded far enough to be looked at, whatever they are. */
export interface HeadText {
  /** Without a byte order mark. '' if there are control characters and it does not begin like a format of text. */
  readonly text: string
  /** `8-bit` is not Unicode: a charset that has ASCII in its place, or no text at all. */
  readonly encoding: 'utf-8' | 'utf-16' | 'utf-32' | '8-bit'
  /** True if a text format may hold it: it has no NUL. */
  readonly isText: boolean
  /** True if it certainly is text: it has no control character but tab, LF, FF, CR and ESC. */
  readonly isClean: boolean
}

/** The control characters that clean text lacks: the MIME Sniffing Standard's binary data bytes (section 3). */
// oxlint-disable-next-line no-control-regex -- The pattern looks for them.
const BINARY = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/

// Made once: a decoder costs more than the decoding here.
const UTF8 = new TextDecoder('utf-8', { fatal: true })
const WINDOWS_1252 = new TextDecoder('windows-1252')

/**
 * Reads UTF-32 and UTF-16 by their byte order marks, else UTF-8, else windows-1252, which has ASCII in its place and a
 * character for each byte. The last character may be cut. No bytes at all are a text.
 */
export function headText(head: Uint8Array): HeadText {
  const wide = decodeWide(head)
  if (wide !== undefined) return { ...judge(wide.text), encoding: wide.encoding }
  if (!mayBeginText(head) && hasBinary(head)) {
    return { text: '', encoding: '8-bit', isText: !head.includes(0), isClean: false }
  }
  const utf8 = decodeUtf8(withoutCutCharacter(head))
  if (utf8 !== undefined) return { ...judge(utf8), encoding: 'utf-8' }
  return { ...judge(WINDOWS_1252.decode(withoutUtf8Mark(head))), encoding: '8-bit' }
}

function judge(text: string): Omit<HeadText, 'encoding'> {
  const isClean = !BINARY.test(text)
  return { text, isText: isClean || !text.includes('\0'), isClean }
}

/**
 * Whether markup, or a signature that is text, may begin at the first byte that is not ASCII white space. The byte may
 * also be part of a byte order mark, or of white space beyond ASCII.
 */
function mayBeginText(head: Uint8Array): boolean {
  const first = head.find((byte) => byte !== 0x20 && (byte < 0x09 || byte > 0x0d))
  return first === undefined || FIRST_OF_TEXT.has(first)
}

const FIRST_OF_TEXT: ReadonlySet<number> = new Set([
  ...new TextEncoder().encode('<%G#B'),
  0xa0,
  0xc2,
  0xe1,
  0xe2,
  0xe3,
  0xef,
])

/** Whether clean text lacks one of these bytes; as `BINARY`. A loop, since `some` takes longer than all the rest. */
export function hasBinary(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x20 && (byte < 0x09 || byte === 0x0b || (byte > 0x0d && byte !== 0x1b))) return true
  }
  return false
}

/** Not by `TextDecoder`: not every runtime knows both byte orders, and none knows UTF-32. */
function decodeWide(head: Uint8Array): { text: string; encoding: 'utf-16' | 'utf-32' } | undefined {
  const first = head[0]
  if (first === 0) return head[1] === 0 && head[2] === 0xfe && head[3] === 0xff ? decodeUtf32(head, false) : undefined
  const isLittle = first === 0xff && head[1] === 0xfe
  if (!isLittle && !(first === 0xfe && head[1] === 0xff)) return undefined
  if (isLittle && head[2] === 0 && head[3] === 0) return decodeUtf32(head, true)
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  let text = ''
  for (let offset = 2; offset + 1 < head.length; offset += 2) {
    text += String.fromCharCode(view.getUint16(offset, isLittle))
  }
  return { text, encoding: 'utf-16' }
}

function decodeUtf32(head: Uint8Array, isLittle: boolean): { text: string; encoding: 'utf-32' } | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  let text = ''
  for (let offset = 4; offset + 3 < head.length; offset += 4) {
    const code = view.getUint32(offset, isLittle)
    if (code > 0x10ffff) return undefined
    text += String.fromCodePoint(code)
  }
  return { text, encoding: 'utf-32' }
}

function decodeUtf8(head: Uint8Array): string | undefined {
  try {
    // The byte order mark is left out by default.
    return UTF8.decode(head)
  } catch (error) {
    // A TypeError: bytes that are not UTF-8.
    if (hasErrorName(error, 'TypeError')) return undefined
    throw error
  }
}

/**
 * The end of the bytes within a character of UTF-8 (RFC 3629 section 3) is left out; bytes that begin no character
 * stay.
 */
function withoutCutCharacter(head: Uint8Array): Uint8Array {
  for (let size = 1; size <= 3 && size <= head.length; size += 1) {
    const [first = 0, second] = head.subarray(-size)
    if (first < 0x80) return head
    if (first >= 0xc0) return size < lengthAfter(first) && mayFollow(first, second) ? head.subarray(0, -size) : head
  }
  return head
}

/** The number of bytes of a character that begins with this one; 0 if there is none. */
function lengthAfter(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 0
  if (first >= 0xf0) return 4
  return first >= 0xe0 ? 3 : 2
}

/** Some second bytes would make a character longer than it need be, a surrogate, or more than Unicode has. */
function mayFollow(first: number, second: number | undefined): boolean {
  if (second === undefined) return true
  if (first === 0xe0) return second >= 0xa0
  if (first === 0xed) return second < 0xa0
  if (first === 0xf0) return second >= 0x90
  return first !== 0xf4 || second < 0x90
}

function withoutUtf8Mark(head: Uint8Array): Uint8Array {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head
}
