import type { FileFormat } from './file-frame.ts'
import { joinBytes } from './file-frame.ts'

/**
 * PDF (ISO 32000-1): an empty page, and the filler as a stream without references. All numbers have leading zeros, so
 * that the frame has the same size for every file.
 */
export const PDF: FileFormat = {
  filler: 'binary',
  frame(size) {
    const objects = [
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>',
    ]
    let head = '%PDF-1.4\n%\xe2\xe3\xcf\xd3\n'
    const offsets: number[] = []
    for (const [index, object] of objects.entries()) {
      offsets.push(head.length)
      head += `${index + 1} 0 obj\n${object}\nendobj\n`
    }
    offsets.push(head.length)
    const tailFor = (startOfTable: number): string => {
      const rows = offsets.map((offset) => `${zeros(offset, 10)} 00000 n \n`).join('')
      const trailer = 'trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n'
      return `\nendstream\nendobj\nxref\n0 5\n0000000000 65535 f \n${rows}${trailer}${zeros(startOfTable, 16)}\n%%EOF\n`
    }
    const headFor = (length: number): string => `${head}4 0 obj\n<< /Length ${zeros(length, 16)} >>\nstream\n`
    const tail = tailFor(0)
    const length = Math.max(0, size - headFor(0).length - tail.length)
    const startOfTable = headFor(length).length + length + tail.indexOf('xref\n0 5')
    return { head: joinBytes(headFor(length)), tail: joinBytes(tailFor(startOfTable)) }
  },
}

function zeros(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}
