import { crc32 } from './checksum.ts'
import { joinBytes, littleEndian } from './file-frame.ts'
import type { FileFormat } from './file-frame.ts'

/** The value of a field of four bytes whose number is in the Zip64 record (APPNOTE.TXT 4.4.1.4). */
const SEE_ZIP64 = 0xffff_ffff

/** 1980-01-01, the first day that the format knows (4.4.6). */
const DATE = 0x21

/** ZIP (APPNOTE.TXT 6.3.10) of these entries, stored. The filler is between them and the central directory. */
function zipFormat(entries: Readonly<Record<string, string>>): FileFormat {
  const local: Uint8Array[] = []
  const central: Uint8Array[] = []
  let offset = 0
  for (const [name, text] of Object.entries(entries)) {
    const content = joinBytes(text)
    const facts = joinBytes(
      // The version that is needed, no flags, stored, no time; then as below 4.3.7.
      littleEndian(20, 2),
      littleEndian(0, 8).subarray(0, 6),
      littleEndian(DATE, 2),
      littleEndian(crc32(content), 4),
      littleEndian(content.length, 4),
      littleEndian(content.length, 4),
      littleEndian(name.length, 2),
      littleEndian(0, 2),
    )
    const entry = joinBytes('PK\x03\x04', facts, name, content)
    local.push(entry)
    // No comment, the first disk, no attributes.
    central.push(joinBytes('PK\x01\x02', littleEndian(20, 2), facts, '\0'.repeat(10), littleEndian(offset, 4), name))
    offset += entry.length
  }
  const head = joinBytes(...local)
  const directory = joinBytes(...central)
  const tailAt = (start: number): Uint8Array<ArrayBuffer> =>
    joinBytes(directory, endOfDirectory(central.length, directory.length, start))
  return {
    filler: 'binary',
    frame(size) {
      const short = tailAt(0)
      const start = Math.max(head.length, size - short.length)
      if (start < SEE_ZIP64) return { head, tail: tailAt(start) }
      return { head, tail: tailAt(size - tailAt(SEE_ZIP64).length) }
    },
  }
}

/** 4.3.14 to 4.3.16. */
function endOfDirectory(count: number, size: number, start: number): Uint8Array {
  const counts = joinBytes(littleEndian(count, 2), littleEndian(count, 2))
  const end = joinBytes(
    'PK\x05\x06\0\0\0\0',
    counts,
    littleEndian(size, 4),
    littleEndian(Math.min(start, SEE_ZIP64), 4),
  )
  if (start < SEE_ZIP64) return joinBytes(end, '\0\0')
  const record = joinBytes(
    'PK\x06\x06',
    littleEndian(44, 8),
    littleEndian(45, 2),
    littleEndian(45, 2),
    '\0'.repeat(8),
    littleEndian(count, 8),
    littleEndian(count, 8),
    littleEndian(size, 8),
    littleEndian(start, 8),
  )
  const locator = joinBytes('PK\x06\x07\0\0\0\0', littleEndian(start + size, 8), littleEndian(1, 4))
  return joinBytes(record, locator, end, '\0\0')
}

const OOXML = 'application/vnd.openxmlformats-officedocument'
const XML = '<?xml version="1.0" encoding="UTF-8"?>'

/** An office document (ECMA-376, part 2) of one part. */
function ooxmlFormat(path: string, type: string, xml: string): FileFormat {
  return zipFormat({
    '[Content_Types].xml':
      `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Override PartName="/${path}" ContentType="${OOXML}.${type}.main+xml"/></Types>`,
    '_rels/.rels':
      `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ` +
      `Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="${path}"/></Relationships>`,
    [path]: `${XML}${xml}`,
  })
}

const NAMESPACE = 'http://schemas.openxmlformats.org'

export const ZIP: FileFormat = zipFormat({ 'hello.txt': 'hello' })

export const DOCX: FileFormat = ooxmlFormat(
  'word/document.xml',
  'wordprocessingml.document',
  `<w:document xmlns:w="${NAMESPACE}/wordprocessingml/2006/main"><w:body><w:p/></w:body></w:document>`,
)

export const XLSX: FileFormat = ooxmlFormat(
  'xl/workbook.xml',
  'spreadsheetml.sheet',
  `<workbook xmlns="${NAMESPACE}/spreadsheetml/2006/main"><sheets/></workbook>`,
)

export const PPTX: FileFormat = ooxmlFormat(
  'ppt/presentation.xml',
  'presentationml.presentation',
  `<p:presentation xmlns:p="${NAMESPACE}/presentationml/2006/main"><p:notesSz cx="6858000" cy="9144000"/></p:presentation>`,
)

/** An OpenDocument (part 2, section 3): its first entry is its type. */
export function odfFormat(kind: string): FileFormat {
  const type = `application/vnd.oasis.opendocument.${kind}`
  return zipFormat({
    mimetype: type,
    'META-INF/manifest.xml':
      `${XML}<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" m:version="1.3">` +
      `<m:file-entry m:full-path="/" m:media-type="${type}"/></m:manifest>`,
  })
}

/** A book (EPUB 3.3, section 4): its first entry is its type. */
export const EPUB: FileFormat = zipFormat({
  mimetype: 'application/epub+zip',
  'META-INF/container.xml':
    `${XML}<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>` +
    '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
  'book.opf': `${XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0"/>`,
})
