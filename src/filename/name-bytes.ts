/** The most bytes of a name in UTF-8: the limit of ext4, XFS, APFS and NTFS (NAME_MAX). */
export const MAX_NAME_BYTES = 255

const encoder = new TextEncoder()
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Code units after the cut that are looked at to find out whether it falls inside a character as people see it. */
const LOOKAHEAD = 32

/** Bytes of the text in UTF-8; half of a surrogate pair counts as the U+FFFD that is written for it. */
export function utf8Length(text: string): number {
  let length = text.length
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    // Both halves of a pair are four bytes together.
    if (unit >= 0x80) length += unit < 0x800 || isHalfOfPair(text, at, unit) ? 1 : 2
  }
  return length
}

function isHalfOfPair(text: string, at: number, unit: number): boolean {
  if (unit < 0xd800 || unit > 0xdfff) return false
  const other = text.charCodeAt(unit < 0xdc00 ? at + 1 : at - 1)
  return unit < 0xdc00 ? other >= 0xdc00 && other <= 0xdfff : other >= 0xd800 && other <= 0xdbff
}

/**
 * The beginning of `text` that fits into `limit` bytes of UTF-8. The cut is between two characters as people see them,
 * so that no accent or half of a flag is lost. If a single such character is larger than the limit, it is between two
 * code points.
 */
export function cutToBytes(text: string, limit: number): string {
  // A code unit has at most three bytes.
  if (text.length * 3 <= limit) return text
  const { read } = encoder.encodeInto(text, new Uint8Array(Math.max(limit, 0)))
  if (read === text.length) return text
  const cut = graphemes.segment(text.slice(0, read + LOOKAHEAD)).containing(read)?.index ?? read
  return withoutHiddenEnd(text.slice(0, cut === 0 ? read : cut))
}

/** Without ignorable characters at its end, such as a joiner with nothing behind it, or a flag without its last tag. */
export function withoutHiddenEnd(text: string): string {
  return text.replace(/(?<!\p{Default_Ignorable_Code_Point})\p{Default_Ignorable_Code_Point}+$/u, '')
}
