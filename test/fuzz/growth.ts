import { conflictName } from '../../src/filename/conflict-names.ts'
import { secureFilename } from '../../src/filename/secure-filename.ts'
import { storedName } from '../../src/filename/stored-name.ts'
import { contentDisposition } from '../../src/serve/content-disposition.ts'
import { isUploadError } from '../../src/errors/upload-error.ts'
import { READERS } from './header-grammar.ts'

/** The growth of a reader's time when its text becomes sixteen times as long: sixteen if it is linear. */
export interface Growth {
  readonly reader: string
  /** The repeated piece of the text. */
  readonly piece: string
  readonly factor: number
  readonly milliseconds: number
}

const SIZE = 2000
const TIMES = 16
/** Shorter times say nothing. */
const MEASURABLE_MS = 2

const NAMES: Record<string, (text: string) => unknown> = {
  storedName,
  secureFilename,
  conflictName: (text) => conflictName(text, 1),
  'content disposition': (text) => contentDisposition('inline', text),
}

const PIECES = [
  'a',
  ' ',
  '\t',
  ';',
  ',',
  '.',
  '=',
  '"',
  '\\',
  '%',
  '*',
  '-',
  'a=',
  ';a=b',
  '"",',
  'W/"a",',
  '; ',
  ' ;',
  '0-1,',
  '\u0301',
]

/** The slowest of each reader, the worst first. A report for a person: time depends on the machine. */
export function measureGrowth(): Growth[] {
  const readers = [...Object.entries(READERS).map(([name, [read]]) => [name, read] as const), ...Object.entries(NAMES)]
  const growths = readers.map(([reader, read]) =>
    PIECES.map((piece) => {
      const short = timeOf(read, piece.repeat(SIZE))
      const milliseconds = timeOf(read, `${piece.repeat(SIZE * TIMES)}\u0001`)
      return { reader, piece, factor: milliseconds / Math.max(short, MEASURABLE_MS / TIMES), milliseconds }
    }).reduce((worst, each) => (each.milliseconds > worst.milliseconds ? each : worst)),
  )
  return growths.filter(({ milliseconds }) => milliseconds > MEASURABLE_MS).toSorted((a, b) => b.factor - a.factor)
}

/** The fastest of three, in milliseconds. */
function timeOf(read: (text: string) => unknown, text: string): number {
  const times = [1, 2, 3].map(() => {
    const began = performance.now()
    try {
      read(text)
    } catch (error) {
      // Every code: a refusal takes its time, too.
      if (!isUploadError(error)) throw error
    }
    return performance.now() - began
  })
  return Math.min(...times)
}
