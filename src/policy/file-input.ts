import { checkBounds } from '../errors/check-bounds.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { DraftSource } from './draft-source.ts'
import type { Placement } from './upload-head.ts'

/** A file input of a form: how many files of which set it takes, and their value in the form's data. */
export interface FileInput<Value = unknown> {
  readonly set: DraftSource
  /** The folder and the name of its files. */
  readonly placement: Placement
  /** Files that it needs at least. */
  readonly min: number
  /** Files that it takes at most. */
  readonly max: number
  /** The value in the form's data for the files that were stored. */
  readonly toValue: (files: readonly StoredFile[]) => Value
}

/** The number of files that an input takes. */
export interface FileCount {
  /** Default 0. */
  readonly min?: number | undefined
  /** Default the set's `maxFiles`. */
  readonly max?: number | undefined
}

/** Exactly one file. */
export function oneFile(set: DraftSource, placement: Placement): FileInput<StoredFile> {
  const toValue = ([file]: readonly StoredFile[]): StoredFile => {
    if (file === undefined) throw new TypeError('The input needs one file, and none was stored.')
    return file
  }
  return { set, placement, min: 1, max: 1, toValue }
}

/** One file, or none. */
export function optionalFile(set: DraftSource, placement: Placement): FileInput<StoredFile | undefined> {
  return { set, placement, min: 0, max: 1, toValue: ([file]) => file }
}

/**
 * Any number of files within bounds.
 *
 * @throws {TypeError} for a bound that is not a number, and for a `max` below 1 or below `min`.
 */
export function manyFiles(
  set: DraftSource,
  { min = 0, max = set.maxFiles, ...placement }: FileCount & Placement,
): FileInput<StoredFile[]> {
  checkBounds('many', { min, max })
  return { set, placement, min, max, toValue: (files) => [...files] }
}
