/** Extensions, and the types that their content may prove to be. A row's first type is that of its extensions. */
export type FormatRow = readonly [extensions: string, types: string]

const ZIP = 'application/zip'
const CFB = 'application/x-cfb'
const OOXML = 'application/vnd.openxmlformats-officedocument'
const DOCM = 'application/vnd.ms-word.document.macroenabled.12'
const XLSM = 'application/vnd.ms-excel.sheet.macroenabled.12'
const PPTM = 'application/vnd.ms-powerpoint.presentation.macroenabled.12'
const ODF = 'application/vnd.oasis.opendocument'
const MP4 = 'video/mp4 audio/mp4 video/x-m4v video/quicktime'

/**
 * Formats that have a mark. A type with `?` counts only while the first bytes do not decide: they are an ID3 tag, or
 * markup up to its root. An office document is a ZIP, and its head may tell no more. If it is encrypted, it is a
 * compound file (CFB).
 */
export const FORMATS: readonly FormatRow[] = [
  // Pictures
  ['jpg jpe jpeg jfif pjp pjpeg', 'image/jpeg'],
  ['png', 'image/png image/apng'],
  ['apng', 'image/apng image/png'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['bmp dib', 'image/bmp'],
  ['tif tiff', 'image/tiff image/x-nikon-nef image/x-adobe-dng'],
  ['heic', 'image/heic image/heif image/heic-sequence image/heif-sequence'],
  ['heif hif', 'image/heif image/heic image/heic-sequence image/heif-sequence'],
  ['heics', 'image/heic-sequence image/heic image/heif-sequence image/heif'],
  ['heifs', 'image/heif-sequence image/heif image/heic-sequence image/heic'],
  ['avif', 'image/avif image/heif image/heif-sequence'],
  ['jxl', 'image/jxl'],
  // Pictures that are never another kind of picture
  // Browsers take a PNG for an icon, and so do sites.
  ['ico', 'image/x-icon image/png'],
  ['cur', 'image/x-icon image/png'],
  ['jp2 jpg2', 'image/jp2'],
  ['psd psb', 'image/vnd.adobe.photoshop'],
  ['dng', 'image/x-adobe-dng image/tiff'],
  ['svg', 'image/svg+xml application/xml? text/html?'],
  ['svgz', 'image/svg+xml application/gzip'],
  // Sound
  ['mp3 mpga mp2 mp2a m2a m3a', 'audio/mpeg'],
  ['wav wave', 'audio/wav'],
  ['aac adts', 'audio/aac audio/mpeg?'],
  ['flac', 'audio/flac audio/ogg audio/mpeg?'],
  ['aif aiff aifc', 'audio/aiff audio/mpeg?'],
  ['mid midi kar rmi', 'audio/midi'],
  ['amr', 'audio/amr'],
  ['ogg oga opus spx', 'audio/ogg video/ogg application/ogg'],
  ['m4a m4b m4r f4a f4b mp4a', `audio/mp4 ${MP4}`],
  ['weba', 'audio/webm video/webm'],
  ['mka', 'audio/matroska video/matroska video/webm'],
  ['wma', 'audio/x-ms-asf application/vnd.ms-asf video/x-ms-asf'],
  // Video
  ['mp4 m4v mpg4 mp4v f4v', `${MP4} video/3gpp video/3gpp2`],
  ['mov qt', 'video/quicktime video/mp4'],
  ['3gp 3gpp', 'video/3gpp video/mp4 video/3gpp2'],
  ['3g2', 'video/3gpp2 video/mp4 video/3gpp'],
  ['ogv ogm', 'video/ogg audio/ogg application/ogg'],
  ['ogx', 'application/ogg video/ogg audio/ogg'],
  ['webm', 'video/webm'],
  ['mkv mks mk3d', 'video/matroska video/webm'],
  ['avi divx', 'video/vnd.avi'],
  ['wmv asf', 'video/x-ms-asf audio/x-ms-asf application/vnd.ms-asf'],
  ['flv', 'video/x-flv'],
  ['mpg mpeg mpe m1v m2v vob', 'video/mpeg video/mp1s video/mp2p video/mp2t'],
  ['m2ts m2t', 'video/mp2t'],
  // Documents
  ['pdf', 'application/pdf'],
  ['rtf', 'application/rtf'],
  ['ps', 'application/postscript application/eps'],
  ['eps epsf epsi', 'application/eps application/postscript'],
  ['ai', 'application/postscript application/eps application/pdf'],
  ['epub', `application/epub+zip ${ZIP}`],
  // Word reads and writes RTF by this name.
  ['doc dot', `application/msword ${CFB} application/rtf`],
  ['xls xlt', `application/vnd.ms-excel ${CFB}`],
  ['ppt pps', `application/vnd.ms-powerpoint ${CFB}`],
  ['docx', `${OOXML}.wordprocessingml.document ${ZIP} ${CFB}`],
  ['dotx', `${OOXML}.wordprocessingml.template ${OOXML}.wordprocessingml.document ${ZIP} ${CFB}`],
  ['xlsx', `${OOXML}.spreadsheetml.sheet ${ZIP} ${CFB}`],
  ['xltx', `${OOXML}.spreadsheetml.template ${OOXML}.spreadsheetml.sheet ${ZIP} ${CFB}`],
  ['pptx', `${OOXML}.presentationml.presentation ${ZIP} ${CFB}`],
  ['potx', `${OOXML}.presentationml.template ${OOXML}.presentationml.presentation ${ZIP} ${CFB}`],
  ['ppsx', `${OOXML}.presentationml.slideshow ${OOXML}.presentationml.presentation ${ZIP} ${CFB}`],
  // A head that tells the document by its folders alone does not tell whether there are macros.
  ['docm', `${DOCM} ${OOXML}.wordprocessingml.document ${ZIP} ${CFB}`],
  ['dotm', `application/vnd.ms-word.template.macroenabled.12 ${DOCM} ${OOXML}.wordprocessingml.document ${ZIP} ${CFB}`],
  ['xlsm', `${XLSM} ${OOXML}.spreadsheetml.sheet ${ZIP} ${CFB}`],
  ['xltm', `application/vnd.ms-excel.template.macroenabled.12 ${XLSM} ${OOXML}.spreadsheetml.sheet ${ZIP} ${CFB}`],
  ['xlsb', `application/vnd.ms-excel.sheet.binary.macroenabled.12 ${OOXML}.spreadsheetml.sheet ${ZIP} ${CFB}`],
  ['pptm', `${PPTM} ${OOXML}.presentationml.presentation ${ZIP} ${CFB}`],
  [
    'ppsm',
    `application/vnd.ms-powerpoint.slideshow.macroenabled.12 ${PPTM} ${OOXML}.presentationml.presentation ${ZIP} ${CFB}`,
  ],
  ['odt', `${ODF}.text ${ZIP}`],
  ['ods', `${ODF}.spreadsheet ${ZIP}`],
  ['odp', `${ODF}.presentation ${ZIP}`],
  ['odg', `${ODF}.graphics ${ZIP}`],
  ['odf', `${ODF}.formula ${ZIP}`],
  ['ott', `${ODF}.text-template ${ZIP}`],
  ['ots', `${ODF}.spreadsheet-template ${ZIP}`],
  ['otp', `${ODF}.presentation-template ${ZIP}`],
  ['otg', `${ODF}.graphics-template ${ZIP}`],
  // Archives
  ['zip', ZIP],
  ['jar war ear', `application/java-archive ${ZIP} application/vnd.android.package-archive`],
  ['apk', `application/vnd.android.package-archive ${ZIP} application/java-archive`],
  ['gz tgz', 'application/gzip'],
  ['bz2 tbz tbz2', 'application/x-bzip2'],
  ['xz txz', 'application/x-xz'],
  ['zst tzst', 'application/zstd'],
  ['7z', 'application/x-7z-compressed'],
  ['rar', 'application/x-rar-compressed'],
  ['tar', 'application/x-tar'],
  ['cab', 'application/vnd.ms-cab-compressed'],
  ['deb', 'application/x-deb'],
  ['rpm', 'application/x-rpm'],
  // Fonts
  ['ttf', 'font/ttf font/otf font/collection'],
  ['otf', 'font/otf font/ttf font/collection'],
  ['ttc otc', 'font/collection'],
  ['woff', 'font/woff'],
  ['woff2', 'font/woff2'],
  ['eot', 'application/vnd.ms-fontobject'],
  // Programs that have one format
  ['dylib', 'application/x-mach-binary'],
  ['class', 'application/java-vm'],
  ['dex', 'application/x-dex'],
  ['wasm', 'application/wasm'],
  ['swf', 'application/x-shockwave-flash'],
  ['msi msp mst', `application/x-msi ${CFB}`],
  ['chm', 'application/vnd.ms-htmlhelp'],
  ['lnk', 'application/x-ms-shortcut'],
  ['sqlite sqlite3', 'application/x-sqlite3'],
]

/** Documents that have a mark or are text, but no text that proves to be something else, such as HTML or a script. */
export const FORMATS_OR_TEXT: readonly FormatRow[] = [
  ['gnumeric', 'application/x-gnumeric application/gzip application/xml'],
  ['abw', 'application/x-abiword application/gzip application/xml'],
  // Outlook's messages, and lists of messages for translators.
  ['msg', `application/vnd.ms-outlook ${CFB}`],
]

/** Text, whatever it says, or a format that has a mark. */
export const TEXT_OR_FORMATS: readonly FormatRow[] = [
  ['plist', 'text/xml application/x-bplist'],
  // TypeScript, and MPEG's transport stream.
  ['ts mts', 'text/plain video/mp2t'],
]

/**
 * The name of a file does not prove which of these it is; see `kindOf`. A type of sound or video names its kind itself.
 */
export const PICTURES: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/apng',
  'image/gif',
  'image/webp',
  'image/bmp',
  'image/avif',
  'image/heic',
  'image/heif',
  'image/heic-sequence',
  'image/heif-sequence',
  'image/tiff',
  'image/jxl',
])

/** Archives of plain files, as opposed to programs and packages. */
export const PLAIN_ARCHIVES: ReadonlySet<string> = new Set([
  'application/zip',
  'application/x-7z-compressed',
  'application/x-rar-compressed',
  'application/x-tar',
  'application/gzip',
  'application/x-bzip2',
  'application/x-xz',
  'application/zstd',
])
