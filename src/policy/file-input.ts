import { checkBounds } from '../errors/check-bounds.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { DraftSource } from './draft-source.ts'
import type { FilePlace } from './file-place.ts'
import type { Placement } from './upload-head.ts'

/** The question that the `place` of a file input answers, once for each file, before its bytes come. */
export interface InputPlaceRequest<Native = unknown> {
  /** The name that the client gave. */
  readonly filename: string
  /** The name of the form field: `gallery`, `items[0].photo`. */
  readonly field: string
  /** The request that the form was given. In `formHandler`, it is the framework's own. */
  readonly request: Native
  /** The `scope` that the form was given; `undefined` if there is none. */
  readonly scope: string | undefined
}

/** The place of the files of an input: the same for all, or a function that chooses it for each file. */
export interface InputPlacement<Native = unknown> extends Placement {
  /**
   * Chooses the folder and the name of each file. Annotate its parameter to say which request it gets:
   * `({ request }: InputPlaceRequest<express.Request>) => ...`. Another result than a folder or a name is a TypeError,
   * and so is a folder that is `undefined`. Not beside `folder`, `name` and `key`.
   */
  // A method: an input that reads one kind of request fits every form.
  place?(this: void, file: InputPlaceRequest<Native>): FilePlace
}

/** A file input of a form: how many files of which set it takes, and their value in the form's data. */
export interface FileInput<Value = unknown> {
  readonly set: DraftSource
  /** The folder and the name of its files, or the function that chooses them. */
  readonly placement: InputPlacement
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
export function oneFile(set: DraftSource, placement: InputPlacement): FileInput<StoredFile> {
  const toValue = ([file]: readonly StoredFile[]): StoredFile => {
    if (file === undefined) throw new TypeError('The input needs one file, and none was stored.')
    return file
  }
  return { set, placement, min: 1, max: 1, toValue }
}

/** One file, or none. */
export function optionalFile(set: DraftSource, placement: InputPlacement): FileInput<StoredFile | undefined> {
  return { set, placement, min: 0, max: 1, toValue: ([file]) => file }
}

/**
 * Any number of files within bounds.
 *
 * @throws {TypeError} for a bound that is not a number, and for a `max` below 1 or below `min`.
 */
export function manyFiles(
  set: DraftSource,
  { min = 0, max = set.maxFiles, ...placement }: FileCount & InputPlacement,
): FileInput<StoredFile[]> {
  checkBounds('many', { min, max })
  return { set, placement, min, max, toValue: (files) => [...files] }
}
