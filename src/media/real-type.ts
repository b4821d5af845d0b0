import { toMediaType } from '../http/media-type.ts'
import { headText } from './head-text.ts'
import type { HeadText } from './head-text.ts'
import { markupType } from './markup-type.ts'
import { mayHaveFormat } from './may-have-format.ts'

/** How many bytes are looked at, from the beginning: what file-type needs for nearly every format that it knows. */
export const HEAD_SIZE = 4100

type Signatures = readonly (readonly [RegExp, string])[]

/** What may be text throughout and is proven by how it begins: more letters than chance would put there. */
const TEXT_SIGNATURES: Signatures = [
  [/^\s*%PDF-/, 'application/pdf'],
  [/^GIF8[79]a/, 'image/gif'],
  [/^%!PS-Adobe-\d\.\d EPSF-/, 'application/eps'],
  [/^%!PS/, 'application/postscript'],
  [/^#![ \t]*\//, 'application/x-shellscript'],
  [/^BZh[1-9]1AY&SY/, 'application/x-bzip2'],
]

/** The same, of what file-type knows. */
const TEXT_TYPES: ReadonlySet<string> = new Set([
  'application/pgp-encrypted',
  'application/rtf',
  'application/x-ms-regedit',
  'text/calendar',
  'text/vcard',
  'text/vtt',
])

/** What file-type does not know, or proves only by what may lie behind the head. */
const BINARY_SIGNATURES: Signatures = [
  [/^\x89PNG\r\n\x1a\n/, 'image/png'],
  [/^PK\x03\x04/, 'application/zip'],
  [/^(?:II\*\0|MM\0\*)/, 'image/tiff'],
  [/^ID3[\x02-\x04][^\xff]/, 'audio/mpeg'],
  [/^OggS\0/, 'application/ogg'],
  [/^bplist0\d/, 'application/x-bplist'],
  [/^0&\xb2u\x8ef\xcf\x11\xa6\xd9/, 'application/vnd.ms-asf'],
  [/^wOFF/, 'font/woff'],
  [/^wOF2/, 'font/woff2'],
  [/^true\0[\x01-\xff]/, 'font/ttf'],
]

/**
 * The media type that the first bytes prove, as `type/subtype` in lower case; `undefined` where they prove none, as in plain
 * text. Only the first 4,100 bytes count, so give that many where the file has them. Types have file-type's names where it
 * knows the format; besides it, HTML, SVG, PHP and scripts with an interpreter line are told, since these are what a browser
 * or a server would run. Never rejects, whatever the bytes.
 *
 * The proof is of the beginning. A polyglot, such as a script behind `GIF89a`, is what it begins with: as that it is
 * served, and with `nosniff` a browser takes it for nothing else.
 */
export async function realType(head: Uint8Array): Promise<string | undefined> {
  const bytes = head.subarray(0, HEAD_SIZE)
  return realTypeOf(bytes, headText(bytes))
}

/** As `realType`, for who has read the text of these bytes already. */
export function realTypeOf(bytes: Uint8Array, head: HeadText): string | undefined | Promise<string | undefined> {
  const byText = markupType(head.text) ?? findSignature(TEXT_SIGNATURES, head.text)
  return byText ?? (mayHaveFormat(bytes) ? formatOf(bytes, head) : undefined)
}

async function formatOf(bytes: Uint8Array, { text, encoding, isText }: HeadText): Promise<string | undefined> {
  const type = (await binaryType(bytes)) ?? findSignature(BINARY_SIGNATURES, byteText(bytes))
  // A few letters prove nothing in what is text throughout: it may begin with BM, MZ or ID3.
  const isPlain = isText && (encoding !== '8-bit' || /^[ -~\s]{4}/.test(text))
  return isPlain && type !== undefined && !TEXT_TYPES.has(type) ? undefined : type
}

/** Asked for once: a loader looks anew into every `import()` of a module, which takes longer than to look at the bytes. */
let loading: ReturnType<typeof loadFileType> | undefined

/** Only when it is first needed: it is larger than all the rest together. */
async function loadFileType() {
  return import('file-type')
}

async function binaryType(bytes: Uint8Array): Promise<string | undefined> {
  // file-type would unpack it to tell a packed tar from other files: work for an answer that nobody asks for.
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'application/gzip'
  try {
    loading ??= loadFileType()
    const { fileTypeFromBuffer } = await loading
    const found = await fileTypeFromBuffer(bytes)
    return found && toMediaType(found.mime)?.essence
  } catch {
    // Whatever a crafted file makes a parser throw (there is no code to name): it proved nothing.
    return undefined
  }
}

/** The first bytes as characters of the same codes, as many as `BINARY_SIGNATURES` looks at. */
function byteText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 16))
}

function findSignature(signatures: Signatures, text: string): string | undefined {
  return signatures.find(([signature]) => signature.test(text))?.[1]
}
