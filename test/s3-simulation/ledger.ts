import type { FileRecord } from '../../src/storage/storage.ts'
import type { PlaceName } from './simulated-process.ts'

/** How an attempt has ended: `open` as long as it runs, or if its process died. `unclear` if it was rejected. */
type Outcome = 'open' | 'done' | 'refused' | 'unclear'

/** A file that a process has tried to store. */
export interface LedgerFile {
  readonly place: PlaceName
  readonly key: string
  readonly bytes: Buffer
  readonly record: FileRecord | undefined
  /** Whether it must be visible (`done`), must not be (`refused`), or may be. */
  stored: Outcome
  /** One for each attempt to delete it. */
  readonly deletions: Outcome[]
  readonly form: LedgerForm | undefined
}

/** The end that a form must have. */
type Fate =
  /** All files are published, and all files to delete are deleted. */
  | 'published'
  /** All files are published. Those to delete may be deleted. */
  | 'published-only'
  /** No file is published, and none is deleted. */
  | 'discarded'
  /** All files of a storage are published, or none. */
  | 'either'
  /** The handler has taken more than a day before it stored its row. */
  | 'any'

/** A transaction that a process has begun. */
export interface LedgerForm {
  readonly id: string
  readonly files: LedgerFile[]
  /** Files that a `reserve` was rejected for after `prepare`. */
  readonly rejected: LedgerFile[]
  readonly deletes: LedgerFile[]
  fate: Fate
  /** The file that the process has just been asked to reserve. */
  pending?: LedgerFile | undefined
  isRolledBack?: boolean
  readonly process: { readonly isDead: boolean }
}

/** The attempts of processes, and how each has ended. */
export class Ledger {
  readonly files: LedgerFile[] = []
  readonly forms: LedgerForm[] = []
  /** Rows of a database, by the id of their transaction. `fenced` if the row must not come any more. */
  readonly rows: Map<string, 'stored' | 'fenced'> = new Map()
  /** Promises that were found broken while the program ran. */
  readonly faults: string[] = []

  /** Files that are visible now for sure, and that no process has tried to delete. */
  get safe(): LedgerFile[] {
    return this.files.filter(isSafe)
  }

  /** Files that may be visible. */
  get known(): LedgerFile[] {
    return this.files.filter(({ stored }) => stored === 'done' || stored === 'unclear')
  }
}

/** True if the file is visible for sure. */
export function isSafe({ stored, deletions }: LedgerFile): boolean {
  return stored === 'done' && deletions.length === 0
}

/** Whether a file must be visible at the end; `undefined` if it may be. */
export function mustBeVisible({ stored, deletions }: LedgerFile): boolean | undefined {
  if (stored === 'refused') return false
  if (deletions.includes('done')) return false
  if (stored === 'done' && deletions.every((outcome) => outcome === 'refused')) return true
  return undefined
}
