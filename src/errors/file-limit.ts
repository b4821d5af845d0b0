import { formatBytes } from './byte-size.ts'
import { quote } from './quote.ts'

/** How large files may be, and how many may come. */
export interface FileLimit<MaxFiles extends number | null = number | null> {
  /** The file input; `[]` stands for each item of a list. Absent if the form has no inputs of its own. */
  readonly field?: string
  /** Bytes of one file. */
  readonly maxFileSize: number
  /** How many files may come; `null` if this is not limited. */
  readonly maxFiles: MaxFiles
}

/** A sentence names at most this many inputs. */
const MOST_TOLD = 10

/** The limits of each input, as the end of a sentence about the whole request; '' if there are none. */
export function tellFileLimits(limits: readonly FileLimit[]): string {
  if (limits.length === 0) return ''
  const others = limits.length - MOST_TOLD
  const told = limits.slice(0, MOST_TOLD).map(tellFileLimit)
  return `; ${[...told, ...(others > 0 ? [`and ${others} more`] : [])].join(', ')}`
}

function tellFileLimit({ field, maxFileSize, maxFiles }: FileLimit): string {
  const each = formatBytes(maxFileSize)
  const subject = field === undefined ? '' : `${quote(field)} `
  if (maxFiles === 1) return field === undefined ? `a file up to ${each}` : `${subject}up to ${each}`
  return `${subject}${maxFiles === null ? '' : `up to ${maxFiles} `}files of at most ${each}`
}
