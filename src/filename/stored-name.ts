import { splitExtension } from './extension.ts'
import { isKnownExtension } from './known-extension.ts'
import { cutToBytes, MAX_NAME_BYTES, utf8Length, withoutHiddenEnd } from './name-bytes.ts'
import { IGNORABLE, shadowOf } from './shadow.ts'
import { isShortName } from './short-name.ts'
import { visibleName } from './visible-name.ts'

/** Bytes of the dot and the extension; a longer one would leave the stem no room when the name is cut. */
const MAX_SUFFIX_BYTES = 64

/**
 * Characters that some system forbids in names, or reads as a path, a stream or (IIS) the end of the name. They include
 * characters that become a slash in a normal form or a code page of Windows. They also include the private characters
 * by which Cygwin, WSL and macOS's SMB client write forbidden ones (U+F03A is their colon).
 */
export const FORBIDDEN: RegExp = /[<>:"|?*;\u2044\u2100\u2101\u2105\u2106\u2215\uf001-\uf0ff\ufe68\uff0f\uff3c]/g

/** Characters with a compatibility form of dots and nothing else. */
const DOTS = '\\u2024-\\u2026\\ufe19\\ufe30\\ufe52\\uff0e'

/** Characters with a compatibility form of a dot beside something else: `⒈`, `㏂`, `🄀`. */
const DOTTED = '\\u2488-\\u249b\\u33c2\\u33c7\\u33d8\\u{1f100}'

/** Every character that has a dot in its shadow, but the dot itself. */
const LIKE_DOT = new RegExp(`[${DOTS}${DOTTED}]`, 'gu')
/** A dot, and every character that has one in its shadow. */
export const DOT_OR_LIKE: RegExp = new RegExp(`[.${DOTS}${DOTTED}]`, 'gu')

/** A shadow must not begin with a dot or a dash; `﹣` and `－` are dashes there. */
const LEADING = new RegExp(`^[\\s.\\-\\ufe63\\uff0d${DOTS}\\p{Default_Ignorable_Code_Point}]+`, 'u')

/** A shadow must not end in a dot or a space. */
const TRAILING = new RegExp(`[\\s.${DOTS}]`)
const DOTTED_END = new RegExp(`[${DOTTED}](?=\\p{Default_Ignorable_Code_Point}*$)`, 'u')

/** Names that Windows gives to devices, whatever extension follows. Their superscript digits have plain shadows. */
const DEVICE = /^(?:aux|clock\$|con|conin\$|conout\$|nul|prn|(?:com|lpt)[0-9])\s*(?:\.|$)/

/** Names that a server or a desktop obeys. Those with a leading dot lose their meaning with it. */
const OBEYED: ReadonlySet<string> = new Set([
  'autorun.inf',
  'desktop.ini',
  'global.asax',
  'machine.config',
  'php.ini',
  'web.config',
])

/** Extensions that servers run, some (Apache's AddHandler) anywhere in a name. */
const SERVER_SCRIPT =
  /^(?:php[0-9]*|pht|phtml|phps|phpt|phar|pgif|[sj]html|shtm|stm|aspx?|asa|as[achm]x|axd|cer|cdx|cshtml|vbhtml|soap|jspx?|jsp[af]|jsw|jsv|cfml?|cfc|dbm|f?cgi|pl|py|rb|sh)$/

/**
 * The name under which a file is stored: safe on every system, readable in every script.
 *
 * ```ts
 * storedName('C:\\fotos\\Żółw na plaży.JPG') // 'Żółw na plaży.JPG'
 * storedName('../../.bashrc') // 'bashrc'
 * storedName('shell.php.jpg') // 'shell_php.jpg'
 * ```
 *
 * - Only the part after the last `/` or `\` counts. The name is never empty: if nothing is left, it is `file`. A name
 *   that is all extension gets that stem if the type table knows the extension: `.docx` becomes `file.docx`, `.bashrc`
 *   `bashrc`.
 * - It is in NFC, well-formed, and at most 255 bytes of UTF-8: the stem is cut, the extension kept. The extension keeps
 *   its case; compare it by `extensionOf`.
 * - Letters, marks, digits, emoji with their joiners, and white space stay: they belong to how people name files. Tabs
 *   and line ends become a space. Controls, bidi and other invisible characters go; the file's record keeps the
 *   client's name.
 * - A character that some system forbids, or that a normal form turns into a slash, becomes `_`.
 * - The rest is judged as a careless system reads it: without invisible characters, in NFKC, in lower case. No dot or
 *   dash leads, no dot or space trails. Devices (`CON`, `NUL.txt`) and names that servers obey (`web.config`) get a
 *   leading `_`. A short name (`A~1`) loses its `~`, and an inner extension that servers run loses its dot. A character
 *   that would give the name another extension becomes `_` (`evil…php`). The last extension is for the policy to judge.
 *
 * Idempotent: a stored name is its own stored name.
 */
export function storedName(filename: string): string {
  return PLAIN.test(filename) && !isObeyed(filename) ? filename : rewritten(filename)
}

/** Most names. They are rewritten only if some system obeys them. */
const PLAIN = /^\w[\w-]{0,99}(?:\.[A-Za-z0-9]{1,10})?$/

function rewritten(filename: string): string {
  const { stem, suffix } = splitName(named(legible(lastSegment(filename))))
  const room = MAX_NAME_BYTES - utf8Length(suffix)
  let fitted = fit(stem, room)
  if (isObeyed(fitted + suffix)) fitted = `_${fit(fitted, room - 1)}`
  const name = disarm(fitted + suffix)
  return isShortName(shadowOf(name)) ? name.replace(/[~\uff5e]/, '_') : name
}

/** True if the name is safe to be written as it is: it is its own stored name. */
export function isStoredName(name: string): boolean {
  return storedName(name) === name
}

function lastSegment(path: string): string {
  return path.split(/[\\/]/).findLast((segment) => segment !== '') ?? ''
}

/** Removes invisible characters, and those that are forbidden anywhere in a name. */
function legible(name: string): string {
  const spaced = name.normalize('NFC').replace(/[\t-\r]+/g, ' ')
  // A letter and its accent may be neighbours now.
  return visibleName(spaced).normalize('NFC').replace(FORBIDDEN, '_')
}

/** Removes characters that must not lead or trail, and gives the name the extension of its shadow. */
function named(name: string): string {
  const [lead = ''] = LEADING.exec(name) ?? []
  const trimmed = trimEnd(name.slice(lead.length)).replace(DOTTED_END, '_')
  if (trimmed === '') return 'file'
  if (!lead.endsWith('.') || /[.\s]/.test(trimmed)) return withTrueExtension(trimmed)
  const extension = withoutDisguise(trimmed)
  return isKnownExtension(shadowOf(extension)) ? `file.${extension}` : extension
}

/** No character of the name may give it another extension in its shadow. */
function withTrueExtension(name: string): string {
  const { stem, suffix } = splitExtension(name)
  if (suffix !== '') return stem + withoutDisguise(suffix)
  if (splitExtension(shadowOf(name)).suffix === '') return name
  // White space in an extension means that it is not one, so only the last word matters.
  const words = name.split(/(\s+)/)
  return [...words.slice(0, -1), words.at(-1)?.replace(LIKE_DOT, '_')].join('')
}

/** An extension that is the same in its shadow, but for its case. */
function withoutDisguise(suffix: string): string {
  const seen = suffix.replace(IGNORABLE, '').normalize('NFC')
  return seen.normalize('NFKC') === seen
    ? seen
    : seen.replace(/[^ -~]/gu, (character) => (character.normalize('NFKC') === character ? character : '_'))
}

/** The stem may be cut, and the suffix must not. */
function splitName(name: string): { readonly stem: string; readonly suffix: string } {
  const { stem, suffix } = splitExtension(name)
  if (utf8Length(name) <= MAX_NAME_BYTES || (suffix !== '' && utf8Length(suffix) <= MAX_SUFFIX_BYTES)) {
    return { stem, suffix }
  }
  // A cut must not make an extension: `.phpxxxxx` would end as `.php`.
  return { stem: name.replace(DOT_OR_LIKE, '_'), suffix: '' }
}

function fit(stem: string, limit: number): string {
  const cut = cutToBytes(stem, limit)
  return cut === stem ? stem : withoutHiddenEnd(trimEnd(cut))
}

/** By hand: `/[. ]+$/` takes quadratic time over long runs that do not reach the end. */
function trimEnd(name: string): string {
  let end = name.length
  for (let at = end; at > 0;) {
    const before = at - (isLowSurrogate(name.charCodeAt(at - 1)) ? 2 : 1)
    const character = name.slice(before, at)
    if (TRAILING.test(character)) end = before
    // It is invisible, so the character before it may end the name as well.
    else if (character.replace(IGNORABLE, '') !== '') break
    at = before
  }
  return name.slice(0, end)
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

function isObeyed(name: string): boolean {
  const shadow = shadowOf(name)
  return OBEYED.has(shadow) || DEVICE.test(shadow)
}

/** Takes the dot from inner extensions that servers run: `a.php.jpg` becomes `a_php.jpg`. */
function disarm(name: string): string {
  const inner = shadowOf(name).split('.').slice(1, -1)
  if (!inner.some(isServerScript)) return name
  let dots = 0
  return name.replace(DOT_OR_LIKE, (character) => {
    const first = dots
    dots += character.normalize('NFKC').split('.').length - 1
    return inner.slice(first, dots).some(isServerScript) ? '_' : character
  })
}

/** True for an extension that servers run, without its dot, as it stands in a shadow. */
export function isServerScript(part: string): boolean {
  return SERVER_SCRIPT.test(part.trim())
}
