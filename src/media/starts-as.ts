import { findsFrames } from './mpeg-frames.ts'

type Test = (bytes: Uint8Array) => boolean

/**
 * Other beginnings of files with these extensions. They count only if nothing else is proven, and only under these
 * extensions.
 */
const STARTS: readonly (readonly [extensions: string, test: Test])[] = [
  // Readers accept other bytes before a PDF (ISO 32000-1, H.3, note 13): a printer's line, Ghostscript's banner.
  ['pdf', within(1024, /%PDF-/)],
  ['ai', within(1024, /%PDF-|^\x04?%!/)],
  ['ps eps epsf epsi', within(1024, /^(?:\x04|\x1b%-12345X[^]*?)?%!/)],
  ['mp3 mpga mp2 mp2a m2a m3a', findsFrames],
  // An empty archive.
  ['tar', within(512, /^\0{512}$/)],
  // Word and Excel before they wrote compound files.
  ['doc dot', within(16, /^(?:\xdb\xa5|\x9b\xa5|[\x31\x32]\xbe\0\0|\xfe\x37\0)/)],
  ['xls xlt', within(16, /^\x09[\0\x02\x04\x08][\x04-\x10]\0/)],
  ['mov qt', within(16, /^.{4}(?:skip|pnot)/s)],
  // The first part of several.
  ['zip', within(16, /^PK00PK\x03\x04/)],
]

const BY_EXTENSION: ReadonlyMap<string, Test> = new Map(
  STARTS.flatMap(([extensions, test]) => extensions.split(' ').map((extension) => [extension, test] as const)),
)

/** Whether these bytes, which prove nothing by themselves, may begin a file with this extension (lower-case). */
export function startsAs(extension: string, bytes: Uint8Array): boolean {
  return BY_EXTENSION.get(extension)?.(bytes) ?? false
}

function within(size: number, pattern: RegExp): Test {
  return (bytes) => pattern.test(String.fromCharCode(...bytes.subarray(0, size)))
}
