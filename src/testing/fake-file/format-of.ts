import { expectationOf } from '../../media/content-table.ts'
import { BZIP2, GZIP, SEVEN_ZIP, TAR, TGZ } from './archive-formats.ts'
import { PDF } from './document-formats.ts'
import { headed, texted } from './file-frame.ts'
import type { FileFormat } from './file-frame.ts'
import { BMP, GIF, JPEG, PNG, WEBP } from './image-formats.ts'
import { ebmlFormat, FLAC, isoMediaFormat, MP3, oggFormat, WAV } from './media-formats.ts'
import { DOCX, EPUB, odfFormat, PPTX, XLSX, ZIP } from './zip-format.ts'

/** A compound file (MS-CFB 2.2): its header alone. */
const COMPOUND = headed(
  '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
  '\0'.repeat(16),
  '\x3e\0\x03\0\xfe\xff\x09\0\x06\0',
  '\0'.repeat(478),
)
/** A program for Windows: the part that DOS runs, and the signature of the rest. */
const PROGRAM = headed('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0', '\0'.repeat(44), '\x40\0\0\0PE\0\0\x64\x86')
const ELF = headed('\x7fELF\x02\x01\x01', '\0'.repeat(9), '\x03\0\x3e\0\x01\0\0\0')
const XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
const VORBIS = '\x01vorbis\0\0\0\0\x01\x40\x1f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xb8\x01'
const THEORA = '\x80theora\x03\x02\x01\0\x01\0\x01'
const OPUS = 'OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0'

const FORMATS: readonly (readonly [extensions: string, format: FileFormat])[] = [
  ['png', PNG],
  ['jpg jpeg jpe', JPEG],
  ['gif', GIF],
  ['webp', WEBP],
  ['bmp', BMP],
  ['svg', texted('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><!-- ', ' --></svg>\n')],
  ['ico', headed('\0\0\x01\0\x01\0\x01\x01\0\0\x01\0\x20\0')],
  ['tif tiff', headed('II*\0\x08\0\0\0\0\0\0\0\0\0')],
  ['heic heif', isoMediaFormat('heic')],
  ['avif', isoMediaFormat('avif')],
  // DNGVersion (50706) is enough to tell it from TIFF.
  ['dng', headed('II*\0\x08\0\0\0\x01\0\x12\xc6\x01\0\x04\0\0\0\x01\x04\0\0\0\0\0\0')],
  ['jxl', headed('\0\0\0\x0cJXL \r\n\x87\n', '\0\0\0\x14ftypjxl \0\0\0\0jxl ', '\0\0\0\0jxlc\xff\x0a')],
  ['pdf', PDF],
  ['docx', DOCX],
  ['xlsx', XLSX],
  ['pptx', PPTX],
  ['odt', odfFormat('text')],
  ['ods', odfFormat('spreadsheet')],
  ['odp', odfFormat('presentation')],
  ['odf', odfFormat('formula')],
  ['doc xls ppt', COMPOUND],
  ['epub', EPUB],
  ['rtf', texted(String.raw`{\rtf1\ansi `, '}')],
  ['mp3', MP3],
  ['wav', WAV],
  ['flac', FLAC],
  ['aac', headed('\xff\xf1\x50\x80\x02\x1f\xfc')],
  ['ogg oga', oggFormat(VORBIS)],
  ['opus', oggFormat(OPUS)],
  ['ogv', oggFormat(THEORA)],
  ['avi', headed('RIFF\xff\xff\xff\x7fAVI LIST\x04\0\0\0hdrl', 'JUNK\xff\xff\xff\x7f')],
  ['mpg mpeg', headed('\0\0\x01\xba\x44\0\x04\0\x04\x01\0\x03\xf8')],
  ['wmv', headed('0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c', '\x1e\0\0\0\0\0\0\0\0\0\0\0\x01\x02')],
  ['3gp', isoMediaFormat('3gp4')],
  ['mp4', isoMediaFormat('isom')],
  ['m4a', isoMediaFormat('M4A ')],
  ['m4v', isoMediaFormat('M4V ')],
  ['mov', isoMediaFormat('qt  ')],
  ['webm', ebmlFormat('webm')],
  ['mkv', ebmlFormat('matroska')],
  ['zip', ZIP],
  ['tar', TAR],
  ['gz', GZIP],
  ['tgz', TGZ],
  ['bz2', BZIP2],
  ['xz txz', headed('\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46')],
  ['7z', SEVEN_ZIP],
  ['rar', headed('Rar!\x1a\x07\x01\0')],
  ['zst', headed('\x28\xb5\x2f\xfd\x04\0\x01\0')],
  ['exe dll', PROGRAM],
  ['so', ELF],
  ['html htm', texted('<!doctype html>\n<html lang="en"><title>Fake</title><p>', '</p></html>\n')],
  ['xml plist gnumeric abw', texted(`${XML}<fake>`, '</fake>\n')],
  ['json', texted('{"fake":"', '"}\n')],
  ['csv', texted('name,words\nfake,', '\n')],
  ['yaml yml', texted('fake: ', '\n')],
  ['ini', texted('[fake]\nwords = ', '\n')],
]

const BY_EXTENSION: ReadonlyMap<string, FileFormat> = new Map(
  FORMATS.flatMap(([extensions, format]) => extensions.split(' ').map((extension) => [extension, format] as const)),
)

/**
 * The recipe for a file with this extension (lower-case, without a dot). It is text or any bytes if an upload set needs
 * no more.
 *
 * @throws {TypeError} for an extension of a format that is not made here.
 */
export function formatOf(extension: string): FileFormat {
  const format = BY_EXTENSION.get(extension)
  if (format !== undefined) return format
  const { text, rest } = expectationOf(extension)
  if (text === 'any') return texted('')
  if (rest !== 'none') return headed()
  throw new TypeError(`There is no fake of a .${extension}: give its content.`)
}
