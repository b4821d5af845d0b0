import { toMediaType } from '../http/media-type.ts'
import { compoundType } from './compound-type.ts'
import { hasBinary } from './head-text.ts'
import type { HeadText } from './head-text.ts'
import { isoMediaType } from './iso-media-type.ts'
import { macroType } from './macro-type.ts'
import { markupType } from './markup-type.ts'
import { mayHaveFormat } from './may-have-format.ts'
import { hasTwoFrames } from './mpeg-frames.ts'
import { pngType } from './png-type.ts'
import type { Proof } from './proof.ts'

/**
 * The number of bytes that are looked at, from the beginning: file-type needs them for nearly every format that it
 * knows.
 */
export const HEAD_SIZE = 4100

type Signatures = readonly (readonly [RegExp, string])[]

/** Formats that may be text throughout. They begin with so many letters that it cannot be by accident. */
const TEXT_SIGNATURES: Signatures = [
  [/^%PDF-/, 'application/pdf'],
  [/^GIF8[79]a/, 'image/gif'],
  [/^%!PS-Adobe-\d\.\d EPSF-/, 'application/eps'],
  [/^\x04?%!PS/, 'application/postscript'],
  [/^#![ \t]*\//, 'application/x-shellscript'],
  [/^BZh[1-9]1AY&SY/, 'application/x-bzip2'],
]

/** The same, of the formats that file-type knows. */
const TEXT_TYPES: ReadonlySet<string> = new Set([
  'application/pgp-encrypted',
  'application/rtf',
  'application/x-ms-regedit',
  'text/calendar',
  'text/vcard',
  'text/vtt',
])

/** Types that file-type proves by so few bytes that legacy text may begin with them. */
const TWO_BYTES: ReadonlySet<string> = new Set(['application/x-arj', 'application/x-cpio', 'image/jxl'])

/** Types that file-type names otherwise, does not know, or proves only by bytes that may lie behind the head. */
const SIGNATURES: Signatures = [
  [/^\xff\xd8\xff[^\xf7]/, 'image/jpeg'],
  [/^RIFF.{4}WEBP/s, 'image/webp'],
  [/^(?:RIFF|RIFX|RF64|BW64).{4}WAVE/s, 'audio/wav'],
  [/^RIFF.{4}AVI[ X\x19]/s, 'video/vnd.avi'],
  [/^RIFF.{4}RMID/s, 'audio/midi'],
  [/^FORM.{4}AIF[FC]/s, 'audio/aiff'],
  [/^FORM/, 'application/x-iff'],
  [/^II\+\0\x08\0|^MM\0\+\0\x08/, 'image/tiff'],
  [/^dex\n\d{3}\0/, 'application/x-dex'],
  [/^ADIF/, 'audio/aac'],
]

/** Types that count if file-type finds none. */
const LAST_SIGNATURES: Signatures = [
  [/^PK\x03\x04/, 'application/zip'],
  [/^(?:II\*\0|MM\0\*)/, 'image/tiff'],
  [/^OggS\0/, 'application/ogg'],
  [/^bplist0\d/, 'application/x-bplist'],
  [/^0&\xb2u\x8ef\xcf\x11\xa6\xd9/, 'application/vnd.ms-asf'],
  [/^wOFF/, 'font/woff'],
  [/^wOF2/, 'font/woff2'],
  [/^(?:true|typ1)\0[\x01-\xff]/, 'font/ttf'],
  [/^SQLite format 3\0/, 'application/x-sqlite3'],
]

/** A tag in front of sound, which may be longer than the head. */
const TAG = /^ID3[\x02-\x04][^\xff]/

/**
 * The type that the first bytes prove; `undefined` if they prove none, as in plain text. `bytes` are the first
 * `HEAD_SIZE` of the file, or all of it, and `head` is their text. HTML, SVG, PHP and scripts with an interpreter line
 * are found too, since browsers and servers run them. Never rejects, whatever the bytes.
 *
 * The beginning alone decides. A polyglot, such as a script behind `GIF89a`, has the type of its beginning. It is
 * served as that, and with `nosniff` a browser takes it for nothing else.
 */
export function realTypeOf(bytes: Uint8Array, head: HeadText): Proof | undefined | Promise<Proof | undefined> {
  const markup = markupType(head.text, bytes.length < HEAD_SIZE)
  if (markup !== undefined) return markup
  const type = findSignature(TEXT_SIGNATURES, head.text)
  if (type !== undefined) return { type }
  return mayHaveFormat(bytes) ? formatOf(bytes, head) : undefined
}

async function formatOf(bytes: Uint8Array, head: HeadText): Promise<Proof | undefined> {
  const letters = byteText(bytes)
  const mayBeLetters = isMereText(bytes, head)
  if (TAG.test(letters) && !mayBeLetters && tagEnd(bytes) > bytes.length - FRAME_HEADER) return TAGGED
  const known = pngType(bytes) ?? findSignature(SIGNATURES, letters) ?? compoundType(bytes) ?? isoMediaType(bytes)
  const found = known ?? (await binaryType(bytes)) ?? findSignature(LAST_SIGNATURES, letters)
  if (mayBeLetters && !TEXT_TYPES.has(found ?? '')) return undefined
  if (found === undefined) return TAG.test(letters) ? TAGGED : undefined
  if (head.isClean && isAccident(found, bytes)) return undefined
  return { type: letters.startsWith('PK') ? (macroType(bytes) ?? found) : found }
}

const TAGGED: Proof = { type: 'audio/mpeg', isOpen: true }
const FRAME_HEADER = 4

/** The end of the tag (ID3v2.4, 3.1): its size has seven bits in each byte. */
function tagEnd(bytes: Uint8Array): number {
  return 10 + bytes.subarray(6, 10).reduce((size, byte) => size * 128 + (byte & 0x7f), 0)
}

/** A few letters prove nothing in text: it may begin with BM, MZ or ID3. */
function isMereText(bytes: Uint8Array, { encoding, isText, isClean }: HeadText): boolean {
  if (!isText || (!isClean && hasBinary(bytes.subarray(0, 64)))) return false
  return encoding !== '8-bit' || /^[ -~\s]{4}/.test(byteText(bytes))
}

/** Whether text in an 8-bit charset may begin with the mark of this type. */
function isAccident(type: string, bytes: Uint8Array): boolean {
  return TWO_BYTES.has(type) || (/^audio\/(?:mpeg|aac)$/.test(type) && !hasTwoFrames(bytes))
}

/**
 * Imported once: a loader searches again for every `import()` of a module, which takes longer than looking at the
 * bytes.
 */
let loading: ReturnType<typeof loadFileType> | undefined

/** Only when it is first needed: it is larger than all the rest together. */
async function loadFileType() {
  return import('file-type')
}

async function binaryType(bytes: Uint8Array): Promise<string | undefined> {
  // file-type would unpack it to tell a packed tar from other files, and the answer is not used.
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'application/gzip'
  try {
    loading ??= loadFileType()
    const { fileTypeFromBuffer } = await loading
    const found = await fileTypeFromBuffer(bytes)
    return found && toMediaType(found.mime)?.essence
  } catch {
    // Any error of a parser on a crafted file (there is no code to name): it proved nothing.
    return undefined
  }
}

/** The first bytes as characters of the same codes, as many as the signatures look at. */
function byteText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 16))
}

function findSignature(signatures: Signatures, text: string): string | undefined {
  return signatures.find(([signature]) => signature.test(text))?.[1]
}
