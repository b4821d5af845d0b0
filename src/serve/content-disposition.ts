import { create } from 'content-disposition'

/** Most names: they need no quotes, and have the same bytes in every encoding. */
const PLAIN = /^\w[\w.-]*$/

/**
 * The Content-Disposition header that shows a file or saves it under a name in any script (RFC 6266). It has an ASCII
 * `filename` for old clients. If that differs from the name, `filename*` has the whole name.
 *
 * The name may come raw from a client. The text before its last slash or backslash is dropped. Control characters are
 * removed. So are characters that change the direction of writing, since they can make `exe.gpj` look like `jpg.exe`.
 * Joiners stay: Persian, Hindi and many emoji are spelt with them. If nothing is left, the header names no file.
 */
export function contentDisposition(type: 'attachment' | 'inline', name: string): string {
  if (PLAIN.test(name)) return `${type}; filename=${name}`
  const filename = downloadName(name)
  return filename === undefined ? create(undefined, { type }) : create(filename, { type, fallback: toAscii(filename) })
}

function downloadName(name: string): string | undefined {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  // A lone surrogate cannot be encoded in UTF-8, and so cannot be percent-encoded.
  const clean = base
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '')
    .trim()
  return /^\.{0,2}$/.test(clean) ? undefined : clean
}

/**
 * Letters without accents, and `_` for other characters that ASCII lacks. Some clients decode `%41` to `A`, so no `%`
 * stays before two hexadecimal digits.
 */
function toAscii(name: string): string {
  return name
    .normalize('NFD')
    .replace(/(?<=[a-z])\p{M}+/giu, '')
    .normalize('NFC')
    .replace(/[^\x20-\x7e]/gu, '_')
    .replace(/%(?=[\da-f]{2})/gi, '_')
}
