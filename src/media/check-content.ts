import { isInline } from './active-type.ts'
import { expectationOf, usualExtensions } from './content-table.ts'
import type { Expectation } from './content-table.ts'
import { PICTURES, PLAIN_ARCHIVES } from './format-table.ts'
import { headText } from './head-text.ts'
import { hasMacros } from './macro-type.ts'
import type { Proof } from './proof.ts'
import { HEAD_SIZE, realTypeOf } from './real-type.ts'
import { startsAs } from './starts-as.ts'
import { OCTET_STREAM } from './type-by-name.ts'

/** The facts about a file when its first bytes are there. */
export interface Content {
  /** As in the file's name, without the dot, in any case; '' if the name has none. */
  readonly extension: string
  /** The file's first 4,100 bytes, or all of it if it has fewer. More are not looked at. */
  readonly head: Uint8Array
}

/** A set's rule for the content of its files. */
export interface ContentRule {
  /** `exact`: only the format of the extension. `verify`: also another format of the same kind. */
  readonly mode: 'verify' | 'exact'
  /** Whether the set takes files with this extension. */
  readonly takes: (extension: string) => boolean
}

export interface ContentVerdict {
  /** False if the content cannot be what the extension says. */
  readonly agrees: boolean
  /** The type to record: the proven one, or else the type of the extension. It is never the client's claim. */
  readonly type: string
  /** The type that a message names: the proven type, `text/plain`, or `application/octet-stream`. */
  readonly found: string
  /** The reason why it disagrees, if `found` does not tell it: the end of a sentence that begins with the file. */
  readonly reason?: string
  /** The extension under which the set would take such a file, if it disagrees and there is one. */
  readonly suggestion?: string
}

/** Containers of more special formats, which the extension tells apart. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'application/gzip',
  'application/ogg',
  'application/vnd.apple.pages',
  'application/vnd.ms-asf',
  'application/x-cfb',
  'application/x-iff',
  'application/xml',
  'application/zip',
  'image/tiff',
])

/** Brands of ISO media that do not tell how a picture is coded. */
const ANY_PICTURE: ReadonlySet<string> = new Set(['image/heif', 'image/heif-sequence'])

/** Types that four bytes or fewer prove. They count only if the extension agrees, since browsers show some of them. */
const WEAK: ReadonlySet<string> = new Set([
  'audio/aac',
  'audio/ape',
  'audio/mpeg',
  'audio/vnd.dolby.dd-raw',
  'audio/wavpack',
  'audio/x-dsf',
  'audio/x-it',
  'audio/x-musepack',
  'audio/x-s3m',
  'image/bmp',
  'image/bpg',
  'image/flif',
  'image/icns',
  'image/j2c',
  'image/jls',
  'image/jxl',
  'image/vnd.adobe.photoshop',
  'image/vnd.dwg',
  'image/vnd.ms-photo',
  'image/x-icon',
  'video/mp2t',
  'video/mpeg',
  'video/x-flv',
])

/** Longer marks of some other types, which most of their files have. */
const LONGER: ReadonlyMap<string, RegExp> = new Map([
  ['audio/flac', /^fLaC[\0\x80]\0\0\x22/],
  ['audio/midi', /^(?:MThd\0\0\0\x06|RIFF)/],
  ['image/jpeg', /^\xff\xd8\xff(?:[\xe0-\xef].{2}[A-Za-z]{4}|\xdb\0[\x43\x84])/s],
  ['video/quicktime', /^.{4}ftyp/s],
])

/** Types that a browser, a server or a system may run. */
const PROGRAMS: ReadonlySet<string> = new Set([
  'application/java-vm',
  'application/vnd.ms-htmlhelp',
  'application/wasm',
  'application/x-dex',
  'application/x-elf',
  'application/x-httpd-php',
  'application/x-mach-binary',
  'application/x-ms-regedit',
  'application/x-ms-shortcut',
  'application/x-msdownload',
  'application/x-msi',
  'application/x-shellscript',
  'application/x-shockwave-flash',
])

/** Plain XML is not among them: many harmless formats are XML. */
const MARKUP: ReadonlySet<string> = new Set(['application/xhtml+xml', 'image/svg+xml', 'text/html'])

/** Proven types that are also text, so a text format may hold them. */
const TEXTUAL = /^text\/|[/+]xml$|^application\/(?:x-shellscript|x-httpd-php|x-ms-regedit|pgp-encrypted)$/

/** Extensions that say nothing, even to an exact set: none, or a number, which is part of a version. */
const SAYS_NOTHING = /^\d*$/

/** Web programs write pages under these names, and Office opens them. */
const FROM_THE_WEB: ReadonlySet<string> = new Set(['doc', 'xls'])
const WEB_TYPES: ReadonlySet<string> = new Set(['text/html', 'application/xhtml+xml', 'application/xml'])

/** The same container with sound alone. */
const SOUND_OF: ReadonlyMap<string, string> = new Map([
  ['application/ogg', 'audio/ogg'],
  ['application/vnd.ms-asf', 'audio/x-ms-asf'],
  ['video/matroska', 'audio/matroska'],
  ['video/mp4', 'audio/mp4'],
  ['video/webm', 'audio/webm'],
])

/** The same container with pictures. */
const PICTURES_OF: ReadonlyMap<string, string> = new Map([
  ['application/ogg', 'video/ogg'],
  ['application/vnd.ms-asf', 'video/x-ms-asf'],
])

/**
 * Decides whether the content of a file can be what its extension says.
 *
 * - A format with a mark must have it, or that of its container. A set that is not exact also takes other formats of
 *   the same kind (picture, sound, video, plain archive), if it takes their extensions.
 * - Under an extension of text every text is accepted: HTML source in a `.txt` is text, and served as such.
 * - Other images, sound, video, documents, archives and fonts may be anything but a program or markup.
 * - An extension that is not known, or says no more than that something may run, says nothing about the content.
 *
 * Never rejects, whatever the bytes.
 */
export async function checkContent({ extension, head }: Content, rule: ContentRule): Promise<ContentVerdict> {
  const lowercase = extension.toLowerCase()
  const expectation = expectationOf(lowercase)
  const named = expectation.type ?? OCTET_STREAM
  const bytes = head.subarray(0, HEAD_SIZE)
  if (bytes.length === 0) return { agrees: true, type: named, found: named }

  const text = headText(bytes)
  const proof = await realTypeOf(bytes, text)
  const found = proof?.type ?? (text.isClean ? 'text/plain' : OCTET_STREAM)
  const type = agreedType({ extension: lowercase, expectation, named, bytes, isText: text.isText, proof }, rule)
  if (type !== undefined) return { agrees: true, type, found }
  if (expectation.text === 'any' && (proof === undefined || TEXTUAL.test(proof.type))) return NOT_TEXT
  const suggestion = usualExtensions(found).find((usual) => usual !== lowercase && rule.takes(usual))
  return { agrees: false, type: found, found, ...(suggestion !== undefined && { suggestion }) }
}

/** The reason is the NUL byte: the file may begin as its name says. */
const NOT_TEXT: ContentVerdict = {
  agrees: false,
  type: OCTET_STREAM,
  found: OCTET_STREAM,
  reason: 'it has a NUL byte, so it is not text',
}

/** The file as it was looked at. */
interface Look {
  readonly extension: string
  readonly expectation: Expectation
  /** The type that the extension stands for. */
  readonly named: string
  readonly bytes: Uint8Array
  readonly isText: boolean
  readonly proof: Proof | undefined
}

/** The type to record, or `undefined` if the content cannot be what the extension says. */
function agreedType(look: Look, rule: ContentRule): string | undefined {
  const { extension, expectation, named, bytes, isText, proof } = look
  const { text, rest } = expectation
  if (isText && text === 'any' && (proof === undefined || TEXTUAL.test(proof.type))) return named
  if (proof === undefined) return unprovenType(look, rule)
  if (isExpected(proof, look)) return expectedType(proof, named)
  switch (rest) {
    case 'none':
      return rule.mode === 'exact' ? undefined : variantType(look, proof, rule)
    case 'passive':
      return isPassive(proof, named) ? moreSpecial(proof, named, bytes) : undefined
    case 'all': {
      const mayHide = rule.mode === 'verify' || expectation.type !== undefined || SAYS_NOTHING.test(extension)
      // An extension of text does not vouch for other content.
      return mayHide || !isActive(proof) ? moreSpecial(proof, text === 'any' ? OCTET_STREAM : named, bytes) : undefined
    }
  }
}

function unprovenType(
  { extension, expectation, named, bytes, isText }: Look,
  { mode }: ContentRule,
): string | undefined {
  const { text, rest } = expectation
  if (isText && text === 'unproven') return named
  if (isText && mode === 'verify' && FROM_THE_WEB.has(extension)) return named
  if (rest === 'none') return startsAs(extension, bytes) ? named : undefined
  return text === 'any' ? OCTET_STREAM : named
}

function isExpected({ type, isOpen = false }: Proof, { named, bytes, expectation: { types } }: Look): boolean {
  if (types.includes(type) || (isOpen && types.includes(`${type}?`))) return true
  // A zip stays one even if a folder in it makes it look like a document.
  return named === 'application/zip' && bytes[0] === 0x50 && bytes[1] === 0x4b
}

function expectedType({ type, isOpen = false }: Proof, named: string): string {
  const leavesOpen = isOpen || CONTAINERS.has(type) || ANY_PICTURE.has(type) || SOUND_OF.get(type) === named
  return leavesOpen || CONTAINERS.has(named) ? named : type
}

/** The type of another format of the same kind, if the set would take it under an extension of its own. */
function variantType({ extension, named }: Look, { type }: Proof, { takes }: ContentRule): string | undefined {
  if (FROM_THE_WEB.has(extension) && WEB_TYPES.has(type)) return named
  const kind = kindOf(named)
  if (kind === undefined) return undefined
  const variant = [type, SOUND_OF.get(type), PICTURES_OF.get(type)].find((each) => kindOf(each) === kind)
  return variant !== undefined && usualExtensions(variant).some(takes) ? variant : undefined
}

function kindOf(type = ''): string | undefined {
  if (PICTURES.has(type)) return 'picture'
  if (PLAIN_ARCHIVES.has(type)) return 'archive'
  return /^(?:audio|video)(?=\/)/.exec(type)?.[0]
}

function isActive({ type }: Proof): boolean {
  return PROGRAMS.has(type) || MARKUP.has(type)
}

function isPassive(proof: Proof, named: string): boolean {
  const { type } = proof
  if (type === named) return true
  if (isActive(proof) || (hasMacros(type) && !hasMacros(named))) return false
  return type !== 'application/xml' || !/^(?:image|audio|video|font)\//.test(named)
}

/** The proven type. If it is a container or has a weak proof, and the extension is known, the type of the extension. */
function moreSpecial({ type, isOpen = false }: Proof, named: string, bytes: Uint8Array): string {
  if (!isOpen && !CONTAINERS.has(type) && !isWeak(type, bytes)) return type
  return named === OCTET_STREAM && !isInline(type) ? type : named
}

function isWeak(type: string, bytes: Uint8Array): boolean {
  const longer = LONGER.get(type)
  return longer === undefined ? WEAK.has(type) : !longer.test(String.fromCharCode(...bytes.subarray(0, 16)))
}
