import { shadowOf } from './shadow.ts'

/** A name cut before its last dot. Both parts together are the name. */
export interface SplitName {
  readonly stem: string
  /** The last dot and the text after it; '' if there is no extension. */
  readonly suffix: string
}

/**
 * Cuts a name at the place of Python's `os.path.splitext`: at the last dot. Dots at the beginning belong to the stem,
 * so `.bashrc` has no suffix. A dot in front of the last `/` or `\` does not count. Unlike in Python, a dot with white
 * space after it does not count either: `Letter to Mr. Smith` has no extension.
 */
export function splitExtension(name: string): SplitName {
  let start = Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1
  const dot = name.lastIndexOf('.')
  while (name[start] === '.') start++
  if (dot <= start) return { stem: name, suffix: '' }
  const suffix = name.slice(dot)
  return /\s/.test(suffix) ? { stem: name, suffix: '' } : { stem: name.slice(0, dot), suffix }
}

/**
 * The extension of a name, without its dot and in lower case: compare extensions by it. It is the extension that a
 * careless system reads: plain characters for compatibility ones, without ignorable ones (`x.ＪＰＧ` has `jpg`). It is ''
 * if there is none, as in `README` and `.bashrc`.
 */
export function extensionOf(name: string): string {
  return splitExtension(shadowOf(name)).suffix.slice(1)
}

/** The name with only its extension lower-cased: `Photo.JPG` becomes `Photo.jpg`. */
export function lowercaseExtension(name: string): string {
  const { stem, suffix } = splitExtension(name)
  return stem + suffix.toLowerCase()
}
