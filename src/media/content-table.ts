import { mediaType, OCTET_STREAM } from './media-type.ts'

/** What a file with a certain extension may hold. */
export interface Expectation {
  /** The type by which the extension is known. */
  readonly type: string
  /** The types that its content may prove to be, as `realType` names them; none where it has no magic number. */
  readonly types: readonly string[]
  /** True where any text will do as well. */
  readonly text: boolean
}

const ZIP = 'application/zip'
const CFB = 'application/x-cfb'
const OOXML = 'application/vnd.openxmlformats-officedocument'
const ODF = 'application/vnd.oasis.opendocument'
const MP4 = 'video/mp4 audio/mp4 video/x-m4v audio/x-m4a video/quicktime'

/**
 * Extensions, and the types of their contents: the first is what the extension stands for, the others are what it may turn
 * out to be. An office document is a zip of which the head may not tell more, or, encrypted, a compound file (CFB).
 */
const MAGIC: readonly (readonly [extensions: string, types: string])[] = [
  // Images
  ['jpg jpe jpeg jfif pjp pjpeg', 'image/jpeg'],
  ['png', 'image/png image/apng'],
  ['apng', 'image/apng image/png'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['bmp dib', 'image/bmp'],
  // Browsers take a PNG for an icon, and so do sites.
  ['ico cur', 'image/x-icon image/png'],
  // Raw photographs are TIFF too, and are told from it by little.
  ['tif tiff', 'image/tiff image/x-nikon-nef image/x-adobe-dng'],
  ['heic heif', 'image/heic image/heif image/heic-sequence image/heif-sequence'],
  ['avif', 'image/avif image/heif image/heif-sequence'],
  ['jxl', 'image/jxl'],
  ['jp2', 'image/jp2'],
  ['psd psb', 'image/vnd.adobe.photoshop'],
  ['svg', 'image/svg+xml application/xml'],
  ['svgz', 'application/gzip'],
  // Sound and video
  ['mp3', 'audio/mpeg'],
  ['wav', 'audio/wav'],
  // ID3 tags are put in front of these too, and may be longer than the head.
  ['aac', 'audio/aac audio/mpeg'],
  ['flac', 'audio/flac audio/mpeg audio/ogg'],
  ['aif aiff aifc', 'audio/aiff'],
  ['mid midi', 'audio/midi'],
  ['amr', 'audio/amr'],
  ['ogg oga opus spx', 'audio/ogg video/ogg application/ogg'],
  ['ogv ogx', 'video/ogg audio/ogg application/ogg'],
  ['mp4 m4v mpg4 f4v', `${MP4} video/3gpp`],
  ['m4a m4b f4a', `audio/mp4 ${MP4}`],
  ['mov qt', 'video/quicktime video/mp4'],
  ['3gp 3gpp', 'video/3gpp video/mp4 video/3gpp2'],
  ['3g2', 'video/3gpp2 video/mp4 video/3gpp'],
  ['webm weba', 'video/webm'],
  ['mkv mka mks', 'video/matroska video/webm'],
  ['avi', 'video/vnd.avi'],
  ['wmv asf', 'video/x-ms-asf audio/x-ms-asf application/vnd.ms-asf'],
  ['wma', 'audio/x-ms-asf application/vnd.ms-asf'],
  ['flv', 'video/x-flv'],
  ['mpg mpeg', 'video/mpeg video/mp1s video/mp2p'],
  // Documents
  ['pdf', 'application/pdf'],
  ['rtf', 'application/rtf'],
  ['ps', 'application/postscript application/eps'],
  ['eps', 'application/eps application/postscript'],
  ['epub', `application/epub+zip ${ZIP}`],
  // Word reads and writes RTF by this name.
  ['doc', `application/msword ${CFB} application/rtf`],
  ['xls', `application/vnd.ms-excel ${CFB}`],
  ['ppt pps', `application/vnd.ms-powerpoint ${CFB}`],
  ['docx', `${OOXML}.wordprocessingml.document ${ZIP} ${CFB}`],
  ['xlsx', `${OOXML}.spreadsheetml.sheet ${ZIP} ${CFB}`],
  ['pptx', `${OOXML}.presentationml.presentation ${ZIP} ${CFB}`],
  // What the head tells by folders alone is the document without macros.
  ['docm', `application/vnd.ms-word.document.macroenabled.12 ${OOXML}.wordprocessingml.document ${ZIP} ${CFB}`],
  ['xlsm', `application/vnd.ms-excel.sheet.macroenabled.12 ${OOXML}.spreadsheetml.sheet ${ZIP} ${CFB}`],
  [
    'pptm',
    `application/vnd.ms-powerpoint.presentation.macroenabled.12 ${OOXML}.presentationml.presentation ${ZIP} ${CFB}`,
  ],
  ['odt', `${ODF}.text ${ZIP}`],
  ['ods', `${ODF}.spreadsheet ${ZIP}`],
  ['odp', `${ODF}.presentation ${ZIP}`],
  ['odg', `${ODF}.graphics ${ZIP}`],
  ['odf', `${ODF}.formula ${ZIP}`],
  // Archives
  // A folder called `word` or `META-INF` is enough to look like more than a zip.
  [
    'zip',
    `${ZIP} ${OOXML}.wordprocessingml.document ${OOXML}.spreadsheetml.sheet ${OOXML}.presentationml.presentation
    application/java-archive application/vnd.android.package-archive application/epub+zip model/3mf
    application/vnd.apple.pages application/vnd.apple.numbers application/vnd.apple.keynote`,
  ],
  ['jar war ear', `application/java-archive ${ZIP} application/vnd.android.package-archive`],
  ['apk', `application/vnd.android.package-archive ${ZIP} application/java-archive`],
  ['gz tgz', 'application/gzip'],
  ['bz2 tbz tbz2', 'application/x-bzip2'],
  ['xz txz', 'application/x-xz'],
  ['zst', 'application/zstd'],
  ['7z', 'application/x-7z-compressed'],
  ['rar', 'application/x-rar-compressed'],
  ['tar', 'application/x-tar'],
  ['cab', 'application/vnd.ms-cab-compressed'],
  ['deb', 'application/x-deb'],
  ['rpm', 'application/x-rpm'],
  // Fonts
  ['ttf otf', 'font/ttf font/otf font/collection'],
  ['ttc', 'font/collection'],
  ['woff', 'font/woff'],
  ['woff2', 'font/woff2'],
  ['eot', 'application/vnd.ms-fontobject'],
  // Programs
  ['exe dll ocx scr cpl', 'application/x-msdownload'],
  ['so elf', 'application/x-elf application/x-mach-binary'],
  ['dylib', 'application/x-mach-binary'],
  ['class', 'application/java-vm'],
  ['wasm', 'application/wasm'],
  ['swf', 'application/x-shockwave-flash'],
  ['msi', `application/x-msi ${CFB}`],
  ['sqlite sqlite3', 'application/x-sqlite3'],
]

/** The same, where text will do as well. */
const MAGIC_OR_TEXT: readonly (readonly [extensions: string, types: string])[] = [
  ['plist', 'text/xml application/x-bplist'],
  ['gnumeric', 'application/x-gnumeric application/gzip'],
  ['abw', 'application/x-abiword application/gzip'],
  // Outlook's messages, and lists of messages for translators.
  ['msg', `application/vnd.ms-outlook ${CFB}`],
  // TypeScript, and MPEG's transport stream.
  ['ts mts', 'text/plain video/mp2t'],
]

/** Source code and other text that is shown as plain text, whatever else its extension may stand for. */
const PLAIN_TEXT = words(`
  c cpp c++ cc h hpp h++ hh cxx hxx hdl ada rs go f for f90 f95 f03 d dd di java hs cs fs cbl cob asm s
  php php3 php4 php5 php7 php8 phtml inc pl pm py rb sh bash zsh ksh csh fish awk tcl lua r jl kt kts swift scala
  cjs perl tcsh sed mk cron cts tsx vue svelte astro graphql ps1 psm1 bat cmd vbs asp aspx jsp cgi erb ejs hbs mustache njk twig liquid tmpl
  txt text log ini cfg conf env properties diff patch rst adoc tex bib srt
`)

const EXPECTATIONS: ReadonlyMap<string, Expectation> = new Map([
  ...PLAIN_TEXT.map((extension) => [extension, textAs('text/plain')] as const),
  ...MAGIC.flatMap((row) => expectations(row, false)),
  ...MAGIC_OR_TEXT.flatMap((row) => expectations(row, true)),
])

/**
 * What a file with this extension (lower-case, without a dot) may hold; `undefined` where nobody knows. Extensions whose
 * media type is textual hold text, also those without a row of their own.
 */
export function expectationOf(extension: string): Expectation | undefined {
  const expectation = EXPECTATIONS.get(extension)
  if (expectation !== undefined) return expectation
  const type = mediaType(`name.${extension}`)
  return /^text\/|[/+](?:json|xml)$|^application\/(?:sql|toml|xml-dtd)$/.test(type) ? textAs(type) : undefined
}

function expectations([extensions, types]: readonly [string, string], text: boolean): [string, Expectation][] {
  const [type = OCTET_STREAM, ...others] = words(types)
  return words(extensions).map((extension) => [extension, { type, types: [type, ...others], text }])
}

function textAs(type: string): Expectation {
  return { type, types: [], text: true }
}

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
