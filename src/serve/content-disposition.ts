import { create } from 'content-disposition'

/**
 * The Content-Disposition header that shows a file or saves it under a name, in any script (RFC 6266): an ASCII
 * `filename` for old clients, and the whole name in `filename*` where the two differ.
 *
 * The name may come raw from a client. What stands before its last slash or backslash is dropped; control characters and
 * those that turn the direction of writing are removed, since they can make `exe.gpj` look like `jpg.exe`. Joiners stay:
 * Persian, Hindi and many emoji are spelt with them. Where nothing is left, the header names no file.
 */
export function contentDisposition(type: 'attachment' | 'inline', name: string): string {
  const filename = downloadName(name)
  return filename === undefined ? create(undefined, { type }) : create(filename, { type, fallback: toAscii(filename) })
}

function downloadName(name: string): string | undefined {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  // A lone surrogate has no UTF-8, so it would have no percent-encoding either.
  const clean = base
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '')
    .trim()
  return /^\.{0,2}$/.test(clean) ? undefined : clean
}

/** Letters without accents, `_` for what ASCII lacks. Some clients take `%41` for `A`, so no `%` stays before two digits. */
function toAscii(name: string): string {
  return name
    .normalize('NFD')
    .replace(/(?<=[a-z])\p{M}+/giu, '')
    .normalize('NFC')
    .replace(/[^\x20-\x7e]/gu, '_')
    .replace(/%(?=[\da-f]{2})/gi, '_')
}
