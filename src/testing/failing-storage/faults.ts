import { UploadError } from '../../errors/upload-error.ts'

/** A call of a storage, of its drafts or of its transactions that can fail. */
export type StorageStep =
  | 'append'
  | 'flush'
  | 'truncate'
  | 'seal'
  | 'stream'
  | 'keep'
  | 'publish'
  | 'reserve'
  | 'prepare'
  | 'commit'
  | 'finish'
  | 'claim'
  | 'draftOf'
  | 'draftOfPath'
  | 'stat'
  | 'open'
  | 'list'
  | 'delete'
  | 'sweep'
  | 'freeSpace'

/** The calls of each step that fail: the nth and all after it, or those of a list. The first is 1. */
export type FailingSteps = Readonly<Partial<Record<StorageStep, number | readonly number[]>>>

/** Counts the calls of all steps of a storage, and decides which fail. */
export class Faults {
  readonly #steps: FailingSteps
  readonly #toError: () => unknown
  readonly #calls = new Map<StorageStep, number>()

  /** @throws {TypeError} for a value that is not the number of a call. */
  constructor(steps: FailingSteps, toError: (() => unknown) | undefined) {
    for (const [step, calls] of Object.entries(steps)) {
      for (const call of typeof calls === 'number' ? [calls] : calls) {
        if (!Number.isInteger(call) || call < 1)
          throw new TypeError(`The calls of ${step} count from 1; ${call} is not one of them.`)
      }
    }
    this.#steps = steps
    this.#toError = toError ?? brokenMedium
  }

  /** Counts a call; throws if it is to fail. */
  meet(step: StorageStep): void {
    const call = (this.#calls.get(step) ?? 0) + 1
    this.#calls.set(step, call)
    const calls = this.#steps[step]
    const fails = typeof calls === 'number' ? call >= calls : calls?.includes(call)
    if (fails === true) throw this.#toError()
  }
}

function brokenMedium(): UploadError {
  return new UploadError('storage-failed', {}, { cause: new Error('The medium is broken, as it was asked to be.') })
}
