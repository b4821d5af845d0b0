import type { FileLimit } from '../errors/file-limit.ts'
import { tellValue } from '../errors/tell-value.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { DraftSource } from '../policy/draft-source.ts'
import type { FileInspection } from '../policy/file-inspection.ts'
import type { FileHead } from './read-form.ts'
import { unknownField } from './unknown-field.ts'

/** The sets whose policies the files of a form must meet: one for all fields, or one for each field. */
export type AcceptedSets = DraftSource | Readonly<Record<string, DraftSource>>

/** Judges the files of one form by the policies of sets, which do not store them. */
export class AcceptedFiles {
  /** Bytes of the largest file that one of the sets takes. */
  readonly maxFileSize: number
  /** Files that all sets take together. */
  readonly maxFiles: number
  readonly #set: DraftSource | undefined
  readonly #setByField: ReadonlyMap<string, DraftSource>
  readonly #counts = new Map<DraftSource, number>()

  /** @throws {TypeError} for a value that is neither a set nor an object of sets. */
  constructor(accept: AcceptedSets) {
    const [set, byField] = isSet(accept) ? [accept, []] : [undefined, toEntries(accept)]
    this.#set = set
    this.#setByField = new Map(byField)
    const sets = [...new Set(set === undefined ? this.#setByField.values() : [set])]
    this.maxFileSize = Math.max(...sets.map(({ maxFileSize }) => maxFileSize))
    this.maxFiles = sets.reduce((sum, { maxFiles }) => sum + maxFiles, 0)
  }

  /**
   * The limits of the files of each field, for the sentences of refusals.
   *
   * @param most bytes of one file that the form takes, whatever the set allows
   */
  fileLimits(most: number): FileLimit[] {
    const limitOf = ({ maxFileSize, maxFiles }: DraftSource): FileLimit => ({
      maxFileSize: Math.min(maxFileSize, most),
      maxFiles,
    })
    if (this.#set !== undefined) return [limitOf(this.#set)]
    return Array.from(this.#setByField, ([field, set]) => ({ field, ...limitOf(set) }))
  }

  /**
   * Admits a file by its name, and begins its inspection.
   *
   * @throws {UploadError} as `UploadSet.draft`; `too-many-files` for more files than the set takes; `invalid-form` for
   *   a field without a set.
   */
  admit(head: FileHead): FileInspection {
    const { field, filename, type } = head
    const set = this.#set ?? this.#setByField.get(field)
    if (set === undefined) throw new UploadError('invalid-form', { errors: [unknownField(field)] })
    const count = (this.#counts.get(set) ?? 0) + 1
    if (count > set.maxFiles) throw new UploadError('too-many-files', { limit: set.maxFiles, field })
    this.#counts.set(set, count)
    return set.inspection({ field, filename, type })
  }
}

function isSet(value: unknown): value is DraftSource {
  return typeof value === 'object' && value !== null && 'inspection' in value && typeof value.inspection === 'function'
}

function toEntries(accept: Readonly<Record<string, DraftSource>>): (readonly [string, DraftSource])[] {
  const entries = typeof accept === 'object' && accept !== null ? Object.entries(accept) : []
  if (entries.length > 0 && entries.every(([, set]) => isSet(set))) return entries
  const wrong = entries.find(([, set]) => !isSet(set))
  const got = wrong === undefined ? tellValue(accept) : `${tellValue(wrong[1])} for ${JSON.stringify(wrong[0])}`
  throw new TypeError(
    `"accept" of receive must be an upload set, or an object with a set for each file field; got ${got}.`,
  )
}
