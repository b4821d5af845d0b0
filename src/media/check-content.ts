import { expectationOf } from './content-table.ts'
import { headText } from './head-text.ts'
import { isActive, mediaType, OCTET_STREAM } from './media-type.ts'
import { HEAD_SIZE, realTypeOf } from './real-type.ts'

/** What is known of a file when its first bytes are there. */
export interface Content {
  /** As in the file's name, without the dot, in any case; '' where it has none. */
  readonly extension: string
  /** What the client says, as `type/subtype` in lower case; `application/octet-stream` says nothing. */
  readonly claimedType: string
  /** The file's first 4,100 bytes, or all of it where it has fewer. More are not looked at. */
  readonly head: Uint8Array
}

export interface ContentVerdict {
  /** False where the content cannot be what the extension says. */
  readonly agrees: boolean
  /**
   * False where the client claims another kind of thing: a picture for what is a document, or something active for what is
   * not. Two names for one type, and `application/*` of any sort, are no contradiction.
   */
  readonly claimAgrees: boolean
  /** The type to record: what is proven, or else what the extension stands for. Never what the client claims. */
  readonly type: string
  /** What the bytes look like, for a message: the type they prove, `text/plain`, or `application/octet-stream`. */
  readonly found: string
}

/** What has the format of something more special, which the extension tells. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'application/ogg',
  'application/vnd.ms-asf',
  'application/x-cfb',
  'application/xml',
  'application/zip',
])

/** What a browser, a server or a system may run, so that no unknown extension may hide it. Plain XML is none: much is XML. */
const RUNNABLE: ReadonlySet<string> = new Set([
  'application/java-vm',
  'application/vnd.ms-htmlhelp',
  'application/wasm',
  'application/x-elf',
  'application/x-httpd-php',
  'application/x-mach-binary',
  'application/x-ms-regedit',
  'application/x-ms-shortcut',
  'application/x-msdownload',
  'application/x-shellscript',
  'application/x-shockwave-flash',
  'application/xhtml+xml',
  'image/svg+xml',
  'text/html',
])

/** No extension, and those that say no more than that somebody may run it. */
const MAY_RUN: ReadonlySet<string> = new Set([
  '',
  'appimage',
  'bin',
  'com',
  'efi',
  'ko',
  'node',
  'o',
  'out',
  'run',
  'sys',
])

/**
 * Decides whether the content of a file can be what its extension says.
 *
 * - Formats with a magic number must have it, or that of a container or variant which they come in.
 * - Text formats must be text, and may be any: HTML source in a `.txt` is text, and served as such.
 * - Of other extensions nothing is asked but that they do not hide what could be run: HTML, SVG, scripts, programs.
 * - A name without an extension, or with one like `.bin`, says nothing, and an empty file has nothing that could disagree.
 *
 * Never rejects, whatever the bytes.
 */
export async function checkContent({ extension, claimedType, head }: Content): Promise<ContentVerdict> {
  const lowercase = extension.toLowerCase()
  const expectation = expectationOf(lowercase)
  const named = expectation?.type ?? mediaType(`name.${lowercase}`)
  const bytes = head.subarray(0, HEAD_SIZE)
  if (bytes.length === 0) return verdict(true, named, named, claimedType)

  const text = headText(bytes)
  const { isText } = text
  const real = await realTypeOf(bytes, text)
  const found = real ?? (isText ? 'text/plain' : OCTET_STREAM)
  if (expectation?.text === true && isText) return verdict(true, named, found, claimedType)
  if (real === undefined) {
    // Of what should have been something and is nothing known, only that can be said.
    return expectation === undefined
      ? verdict(true, named, found, claimedType)
      : verdict(false, found, found, claimedType)
  }
  if (expectation === undefined) {
    return verdict(mayRun(lowercase) || !RUNNABLE.has(real), real, found, claimedType)
  }
  const agrees = expectation.types.includes(real)
  return verdict(agrees, agrees && (CONTAINERS.has(real) || CONTAINERS.has(named)) ? named : real, found, claimedType)
}

/** A number is a version's, as in `libz.so.1` and `python3.12`. */
function mayRun(extension: string): boolean {
  return MAY_RUN.has(extension) || /^\d+$/.test(extension)
}

function verdict(agrees: boolean, type: string, found: string, claimedType: string): ContentVerdict {
  return { agrees, claimAgrees: isSameKind(claimedType, type), type, found }
}

function isSameKind(claimed: string, type: string): boolean {
  if (claimed === OCTET_STREAM || claimed === type) return true
  if (isActive(claimed)) return isActive(type)
  const [claimedKind, kind] = [kindOf(claimed), kindOf(type)]
  return claimedKind === kind || claimedKind === 'application' || kind === 'application'
}

/** Sound and video share their containers. */
function kindOf(type: string): string {
  const kind = type.slice(0, type.indexOf('/'))
  return kind === 'audio' || kind === 'video' ? 'media' : kind
}
