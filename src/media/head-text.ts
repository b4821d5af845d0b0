import { hasErrorName } from '../errors/error-name.ts'

/** The first bytes of a file, decoded far enough to be looked at, whatever they are. */
export interface HeadText {
  /** Without a byte order mark. */
  readonly text: string
  /** `8-bit` is what is no Unicode: some charset that has ASCII where it is, read as Latin-1, or no text at all. */
  readonly encoding: 'utf-8' | 'utf-16' | '8-bit'
  /** True for what a text format may hold: no control character but tab, LF, FF, CR and ESC. */
  readonly isText: boolean
}

/** The control characters that no text has: the MIME Sniffing Standard's binary data bytes (section 3). */
// oxlint-disable-next-line no-control-regex -- They are what is looked for.
const BINARY = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/

/**
 * Reads UTF-16 by its byte order mark, else UTF-8, else 8 bits a character. The last character may be cut. No bytes at all
 * are a text.
 */
export function headText(head: Uint8Array): HeadText {
  const utf16 = decodeUtf16(head)
  if (utf16 !== undefined) return { text: utf16, encoding: 'utf-16', isText: !BINARY.test(utf16) }
  const utf8 = decodeUtf8(head)
  if (utf8 !== undefined) return { text: utf8, encoding: 'utf-8', isText: !BINARY.test(utf8) }
  const text = decodeLatin1(withoutUtf8Mark(head))
  return { text, encoding: '8-bit', isText: !BINARY.test(text) }
}

/** Not by `TextDecoder`: not every runtime knows both byte orders. */
function decodeUtf16(head: Uint8Array): string | undefined {
  if (head.length < 2) return undefined
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const mark = view.getUint16(0)
  if (mark !== 0xfeff && mark !== 0xfffe) return undefined
  let text = ''
  for (let offset = 2; offset + 1 < head.length; offset += 2) {
    text += String.fromCharCode(view.getUint16(offset, mark === 0xfffe))
  }
  return text
}

function decodeUtf8(head: Uint8Array): string | undefined {
  try {
    // A stream may end within a character. The byte order mark is left out by default.
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
  } catch (error) {
    // A TypeError is what is thrown for bytes that are no UTF-8.
    if (hasErrorName(error, 'TypeError')) return undefined
    throw error
  }
}

/** Not by `TextDecoder` either, whose Latin-1 is Windows-1252. */
function decodeLatin1(head: Uint8Array): string {
  let text = ''
  for (const byte of head) text += String.fromCharCode(byte)
  return text
}

function withoutUtf8Mark(head: Uint8Array): Uint8Array {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head
}
