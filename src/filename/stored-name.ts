import { splitExtension } from './extension.ts'
import type { SplitName } from './extension.ts'
import { cutToBytes, MAX_NAME_BYTES, utf8Length } from './name-bytes.ts'
import { isShortName } from './short-name.ts'

/** Bytes of the dot and the extension; what is longer is no extension, and would leave the stem no room. */
const MAX_SUFFIX_BYTES = 64

/** White space of every script, and the blank of Braille. */
const SPACE = /[\t-\r\p{Z}\u2800]/gu

/**
 * Controls, bidi and other format characters, lone surrogates, noncharacters, and all that shows nothing: two names that
 * look alike should be alike. Joiners and variation selectors are among them; they shape letters but are none.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu

/** What some system forbids in names, or reads as a path, a stream or (IIS) the end of the name. */
const FORBIDDEN = /[<>:"|?*;\\/]/

/**
 * Slashes that no normalisation turns into one, but Windows' code pages or a reader's eye do; and private use, which
 * Cygwin, WSL and macOS's SMB client use to write forbidden characters (U+F03A is their colon).
 */
const SMUGGLED = /[\u2044\u2215\u2216\u29f5\u29f8\u29f9\p{Co}]/u

/** Names that Windows gives to devices, whatever extension follows. Their superscript digits are NFKC's 1, 2 and 3. */
const DEVICE = /^(?:AUX|CLOCK\$|CON|CONIN\$|CONOUT\$|NUL|PRN|(?:COM|LPT)[0-9])\s*(?:\.|$)/

/** Names that a server or a desktop obeys. Those with a leading dot lose their meaning with it. */
const OBEYED: ReadonlySet<string> = new Set([
  'autorun.inf',
  'desktop.ini',
  'global.asax',
  'machine.config',
  'php.ini',
  'web.config',
])

/** Extensions that servers run, some (Apache's AddHandler) wherever in a name they stand. */
const SERVER_SCRIPT =
  /^(?:php[0-9]*|pht|phtml|phps|phpt|phar|pgif|[sj]html|shtm|stm|aspx?|asa|as[achm]x|axd|cer|cdx|cshtml|vbhtml|soap|jspx?|jsp[af]|jsw|jsv|cfml?|cfc|dbm|f?cgi|pl|py|rb|sh)$/

/**
 * The name under which a file is stored: safe on every system, readable in every script.
 *
 * ```ts
 * storedName('C:\\fotos\\Żółw na plaży.JPG') // 'Żółw na plaży.jpg'
 * storedName('../../.bashrc') // 'bashrc'
 * storedName('shell.php.jpg') // 'shell_php.jpg'
 * ```
 *
 * - Only what follows the last `/` or `\` counts. Never empty: without anything usable the stem is `file`.
 * - NFC and well-formed, at most 255 bytes of UTF-8: the stem is cut, the extension kept and lower-cased.
 * - Letters, marks, digits, emoji and single spaces stay: a space is legal everywhere and belongs to how people name
 *   files. Controls, bidi and invisible characters go; the client's own name is kept in the file's record.
 * - What a system forbids becomes `_`, also as fullwidth or any form that NFKC would turn into it.
 * - No dot, dash or space leads, no dot or space trails. Devices (`CON`, `NUL.txt`) and names that servers obey
 *   (`web.config`) get a leading `_`; a short name (`A~1`) loses its `~`; an inner extension that servers run loses its dot. The last extension is the
 *   policy's to judge: it should ask `extensionOf` the stored name.
 *
 * Idempotent: a stored name is its own stored name.
 */
export function storedName(filename: string): string {
  return PLAIN.test(filename) && !isObeyed(filename) ? filename : rewritten(filename)
}

/** Most names: of these nothing is rewritten but what some system obeys. */
const PLAIN = /^\w[\w-]{0,99}(?:\.[a-z0-9]{1,10})?$/

function rewritten(filename: string): string {
  const { stem, suffix } = splitName(trimEnd(legible(lastSegment(filename))))
  const room = MAX_NAME_BYTES - utf8Length(suffix)
  let fitted = fit(trimStart(stem), room)
  if (fitted === '') fitted = 'file'
  if (isObeyed(fitted + suffix)) fitted = `_${fit(fitted, room - 1)}`
  const name = disarm(fitted) + suffix
  return isShortName(name) ? name.replace('~', '_') : name
}

/** True when the name is safe to be written as it is: it is its own stored name. */
export function isStoredName(name: string): boolean {
  return storedName(name) === name
}

function lastSegment(path: string): string {
  return path.split(/[\\/]/).findLast((segment) => segment !== '') ?? ''
}

function legible(name: string): string {
  return name
    .replace(SPACE, ' ')
    .replace(INVISIBLE, '')
    .replace(/ +/g, ' ')
    .replace(/[^ -~]|[<>:"|?*;]/gu, (character) => (isUnsafe(character) ? '_' : character))
    .normalize('NFC')
}

/** Decomposed, since a file system may do that to the name (HFS+), and a careless reader may apply NFKC. */
function isUnsafe(character: string): boolean {
  const decomposed = character.normalize('NFKD')
  return FORBIDDEN.test(decomposed) || decomposed.includes('.') || SMUGGLED.test(character)
}

function splitName(name: string): SplitName {
  const { stem, suffix } = splitExtension(name)
  const lowered = suffix.toLowerCase().normalize('NFC')
  if (suffix !== '' && utf8Length(lowered) <= MAX_SUFFIX_BYTES) return { stem, suffix: lowered }
  if (utf8Length(name) <= MAX_NAME_BYTES) return { stem: name, suffix: '' }
  // It is going to be cut, and that must not make an extension: `.phpxxxxx` would end as `.php`.
  return { stem: trimStart(name).replaceAll('.', '_'), suffix: '' }
}

function fit(stem: string, limit: number): string {
  return trimEnd(cutToBytes(stem, limit))
}

/** The dashes are those that NFKC or Windows' code pages turn into the one that begins an option. */
function trimStart(name: string): string {
  return name.replace(/^[. \-\ufe63\uff0d]+/, '')
}

/** By hand, since `/[. ]+$/` takes quadratic time over long runs that do not reach the end. */
function trimEnd(name: string): string {
  let end = name.length
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end--
  return name.slice(0, end)
}

function isObeyed(name: string): boolean {
  const compatible = name.normalize('NFKC')
  return OBEYED.has(compatible.toLowerCase()) || DEVICE.test(compatible.toUpperCase())
}

/** Takes the dot from inner extensions that servers run: `a.php` becomes `a_php`. */
function disarm(stem: string): string {
  const [first = '', ...inner] = stem.split('.')
  return inner.reduce((name, part) => `${name}${isServerScript(part) ? '_' : '.'}${part}`, first)
}

function isServerScript(part: string): boolean {
  return SERVER_SCRIPT.test(part.normalize('NFKC').trim().toLowerCase())
}
