import { SeededRandom } from '../../test/endurance/seeded-random.ts'

const CHUNK_SIZE = 64 * 1024
const FILE_SIZE = 8 * 1024 ** 2
/** As Chromium's and WebKit's are. */
const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gW3'
const LONGEST_BOUNDARY = 70

/** A body in memory, as it would come from the network. */
export interface DecoderInput {
  readonly name: string
  readonly title: string
  /** `worst`: made to be slow to read, and so of interest only beside what the same decoder does with random bytes. */
  readonly kind: 'usual' | 'worst'
  readonly build: () => DecoderBody
}

export interface DecoderBody {
  readonly boundary: string
  readonly chunks: readonly Uint8Array[]
  /** Bytes of all files and fields: what a decoder has to come to. */
  readonly contentSize: number
  /** Bytes of all chunks. */
  readonly size: number
}

export const decoderInputs: readonly DecoderInput[] = [
  { name: 'random', title: 'random bytes', kind: 'usual', build: () => oneFile(randomBytes(FILE_SIZE)) },
  {
    name: 'text',
    title: 'text, CR LF every 60 bytes',
    kind: 'usual',
    build: () => oneFile(repeated(`${'All work and no play makes Jack a dull boy. '.repeat(2).slice(0, 58)}\r\n`)),
  },
  {
    name: 'adversarial',
    title: 'CR LF, dashes and near-boundaries',
    kind: 'usual',
    build: () => oneFile(nearBoundaries()),
  },
  { name: 'fields', title: '10,000 fields', kind: 'usual', build: () => form(fields(10_000)) },
  { name: 'files', title: '2,000 files of 4 KiB', kind: 'usual', build: () => form(files(2000, 4096)) },
  worst('cr', 'nothing but CR', '\r'),
  worst('line-ends', 'nothing but CR LF', '\r\n'),
  worst('dashes', 'nothing but dashes', '-'),
  worst('starts', 'CR LF and two dashes, over and over', '\r\n--'),
  worst('short', 'delimiters without their last byte', `\r\n--${BOUNDARY.slice(0, -1)}`),
  worst('last-differs', 'delimiters with another last byte', `\r\n--${BOUNDARY.slice(0, -1)}#`),
  worst('first-differs', 'delimiters with another first byte', `#\n--${BOUNDARY}`),
  worst('tails', 'the end of the boundary, over and over', BOUNDARY.slice(4)),
  worst('small-steps', 'the byte that lets a search move on least', BOUNDARY.at(-2) ?? ''),
  worst('last-byte', 'the last byte of the boundary', BOUNDARY.at(-1) ?? ''),
  worst('one-letter', 'a boundary of one letter, and nothing but it', 'a', 'a'),
  worst('one-letter-random', 'a boundary of one letter, and random bytes', '', 'a'),
  worst('same-letters', 'a boundary of 70 times one letter, and nothing but it', 'a', 'a'.repeat(LONGEST_BOUNDARY)),
  worst('same-dashes', 'a boundary of 70 dashes, and nothing but them', '-', '-'.repeat(LONGEST_BOUNDARY)),
  worst(
    'broken-letters',
    'a boundary of 70 times one letter, and 69 of them, and a CR',
    `${'a'.repeat(LONGEST_BOUNDARY - 1)}\r`,
    'a'.repeat(LONGEST_BOUNDARY),
  ),
]

/** A file that is one text over and over, or random if that is empty. */
function worst(name: string, title: string, text: string, boundary: string = BOUNDARY): DecoderInput {
  const build = (): DecoderBody => oneFile(text === '' ? randomBytes(FILE_SIZE) : repeated(text), boundary)
  return { name, title, kind: 'worst', build }
}

function randomBytes(size: number): Buffer {
  const random = new SeededRandom(size)
  const block = Buffer.from(Uint8Array.from({ length: Math.min(size, 2 ** 20 + 4093) }, () => random.integer(0, 255)))
  return Buffer.alloc(size, block)
}

function repeated(text: string): Buffer {
  const bytes = Buffer.alloc(FILE_SIZE, text, 'latin1')
  // A file that begins with two dashes and the boundary ends there.
  bytes.write('#')
  return bytes
}

/** Beginnings of delimiters, of any length but the last two bytes, between a few random bytes. */
function nearBoundaries(): Buffer {
  const random = new SeededRandom(2)
  const delimiter = `\r\n--${BOUNDARY}`
  const pieces: Buffer[] = []
  for (let size = 0; size < FILE_SIZE;) {
    const start = random.chance(0.5) ? 4 : random.integer(1, delimiter.length - 2)
    const noise = Uint8Array.from({ length: random.integer(0, 20) }, () => random.integer(0, 255))
    const piece = Buffer.concat([Buffer.from(delimiter.slice(0, start)), noise])
    pieces.push(piece)
    size += piece.length
  }
  return Buffer.concat(pieces).subarray(0, FILE_SIZE)
}

interface Part {
  readonly head: string
  readonly content: Buffer
}

function fields(count: number): Part[] {
  return Array.from({ length: count }, (_, index) => ({
    head: `Content-Disposition: form-data; name="field-${index}"`,
    content: Buffer.from(`value ${index}`),
  }))
}

function files(count: number, size: number): Part[] {
  const content = randomBytes(size)
  return Array.from({ length: count }, (_, index) => ({ head: fileHead(`file-${index}`), content }))
}

function fileHead(name: string): string {
  return `Content-Disposition: form-data; name="${name}"; filename="${name}.bin"\r\nContent-Type: application/octet-stream`
}

function oneFile(content: Buffer, boundary: string = BOUNDARY): DecoderBody {
  return form([{ head: fileHead('file'), content }], boundary)
}

function form(parts: readonly Part[], boundary: string = BOUNDARY): DecoderBody {
  const pieces = parts.flatMap(({ head, content }) => [
    Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ])
  const body = Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
  const count = Math.ceil(body.length / CHUNK_SIZE)
  // Each in memory of its own, as Node's sockets give them out.
  const chunks = Array.from({ length: count }, (_, index) =>
    Buffer.from(body.subarray(index * CHUNK_SIZE, (index + 1) * CHUNK_SIZE)),
  )
  const contentSize = parts.reduce((sum, { content }) => sum + content.length, 0)
  return { boundary, chunks, contentSize, size: body.length }
}
