/** A filename that people have, and the key under which it is stored. */
export interface SentName {
  readonly filename: string
  /** The key after a form; after a PUT too, unless `isRefused`. */
  readonly key: string
  /** A PUT of this name is refused with 400, since it would have to be changed. */
  readonly isRefused?: true
}

/** Filenames in several scripts and with the characters that clients escape, each in its own way. */
export const SENT_NAMES: readonly SentName[] = [
  same('plain.txt'),
  // The extension keeps its case.
  same('Übergröße.TXT'),
  same('日本語.txt'),
  same('مرحبا.txt'),
  same('नमस्ते.txt'),
  // U+200D joins the emoji.
  same('😀 family 👨‍👩‍👧.txt'),
  same("it's (1) [2] {3}.txt"),
  same('100% sure.txt'),
  // Not an escape: encoding "50A" again does not give it.
  same('50%41.txt'),
  same('a=b&c+d, e.txt'),
  same('two  spaces.txt'),
  // macOS names screenshots with U+202F.
  same('Screenshot at 9.41\u202FAM.txt'),
  // The names of files on macOS are in NFD, and keys are in NFC.
  { filename: 'A\u0308rger.txt', key: 'Ärger.txt' },
  { filename: 'say "hi".txt', key: 'say _hi_.txt', isRefused: true },
  { filename: 'one;two.txt', key: 'one_two.txt', isRefused: true },
]

function same(filename: string): SentName {
  return { filename, key: filename }
}
