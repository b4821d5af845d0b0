/** Bytes that a name may have in UTF-8: what ext4, XFS, APFS and NTFS all take (NAME_MAX). */
export const MAX_NAME_BYTES = 255

const encoder = new TextEncoder()
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Code units after the cut that are looked at to find out whether it falls inside a character as people see it. */
const LOOKAHEAD = 32

/** Bytes of the text in UTF-8. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length
}

/**
 * The beginning of `text` that fits into `limit` bytes of UTF-8, cut between two characters as people see them, so that
 * no accent or half of a flag is lost; between two code points where a single such character is larger than the limit.
 */
export function cutToBytes(text: string, limit: number): string {
  const { read } = encoder.encodeInto(text, new Uint8Array(Math.max(limit, 0)))
  if (read === text.length) return text
  const cut = graphemes.segment(text.slice(0, read + LOOKAHEAD)).containing(read)?.index ?? read
  return text.slice(0, cut === 0 ? read : cut)
}
