import type { FormError } from '../errors/upload-error-table.ts'
import { isUploadError } from '../errors/upload-error.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import type { ClaimedUpload } from '../policy/draft-source.ts'
import type { FileInput } from '../policy/file-input.ts'
import type { UploadDraft } from '../policy/upload-draft.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { NameStep } from './field-name.ts'

/** What is wrong with an input, wherever in the form it is. */
type InputError = Pick<FormError, 'code' | 'detail'>

/** A file that was set aside: the id by which its set gives it back, and what a person knows it by. */
export interface KeptUpload {
  readonly id: string
  readonly filename: string
  /** Bytes. */
  readonly size: number
}

/** A file input of a form, and the files that were sent in it. */
export class FilesNode {
  readonly kind = 'files'
  readonly name: string
  readonly input: FileInput
  /** Those that the set has taken: kept ones of an earlier try, and then those of this one. */
  readonly drafts: UploadDraft[] = []
  /** What became of them. */
  stored: readonly StoredFile[] = []
  readonly #errors: InputError[] = []
  /** Files that were sent in it, whatever became of them. */
  #count = 0
  /** Those of an earlier try, and when they would have been swept. */
  readonly #claimed = new Map<UploadDraft, Date>()
  /** Those of an earlier try in whose place another was chosen. */
  readonly #replaced: UploadDraft[] = []
  #wasEmpty = false

  constructor(name: string, input: FileInput) {
    this.name = name
    this.input = input
  }

  /** Several files may come under `gallery`, as HTML has it, and under `gallery[]` and `gallery[0]`. */
  controlAt(steps: readonly NameStep[]): FilesNode | undefined {
    const [step] = steps
    const isItem = steps.length === 1 && typeof step !== 'string' && this.input.max > 1
    return steps.length === 0 || isItem ? this : undefined
  }

  /** Whether a file has come already, and there is room for one only. */
  get isTaken(): boolean {
    return this.input.max === 1 && this.#count > 0
  }

  /** Counts a file in; false where there is no room for it. */
  take(): boolean {
    this.#count += 1
    return this.#count <= this.input.max
  }

  /** Nothing was chosen in it. */
  skip(): void {
    this.#wasEmpty = true
  }

  refuse(error: AnyUploadError | InputError): void {
    this.#errors.push('detail' in error ? error : { code: error.code, detail: error.message })
  }

  /** A file of an earlier try, before those of this one; one that was chosen anew takes its place. */
  restore({ draft, expiresAt }: ClaimedUpload): void {
    this.#claimed.set(draft, expiresAt)
    if (this.isTaken) {
      this.#replaced.push(draft)
      return
    }
    this.#count += 1
    const earlier = this.drafts.filter((each) => this.#claimed.has(each)).length
    this.drafts.splice(earlier, 0, draft)
  }

  /**
   * Sets as many files aside as it takes, and discards the others. What the storage cannot set aside has to be sent again.
   */
  async keep(expiresAt: Date): Promise<KeptUpload[]> {
    const drafts = this.drafts.splice(0)
    const kept: KeptUpload[] = []
    for (const draft of drafts.splice(0, this.input.max)) {
      try {
        kept.push({ id: await draft.keep(expiresAt), filename: draft.head.filename, size: draft.size })
      } catch (error) {
        await draft.discard()
        if (!isUploadError(error)) throw error
      }
    }
    await discard([...drafts, ...this.#replaced.splice(0)])
    return kept
  }

  /** Its drafts are the storage's now. */
  async handOver(): Promise<void> {
    this.drafts.length = 0
    await discard(this.#replaced.splice(0))
  }

  /** Lets go of all drafts: what was kept is kept again, as it was, and the others are discarded. Never rejects. */
  async release(): Promise<void> {
    const drafts = [...this.drafts.splice(0), ...this.#replaced.splice(0)]
    await Promise.all(drafts.map((draft) => release(draft, this.#claimed.get(draft))))
  }

  async validate(path: FormError['path']): Promise<FormError[]> {
    const { name } = this
    const errors = [...this.#errors, ...this.#countErrors()]
    return errors.map(({ code, detail }) => ({ path, name, code, detail }))
  }

  toValue(): unknown {
    return this.input.toValue(this.stored)
  }

  #countErrors(): InputError[] {
    const { min, max } = this.input
    const count = this.#count
    if (count > max) return [{ code: 'too-many-files', detail: `Choose ${files(max)} at most, not ${count}.` }]
    // A file that was refused is not missing besides.
    if (count >= min || this.#errors.length > 0) return []
    if (count > 0) return [{ code: 'too-few-files', detail: `Choose ${files(min)} at least, not ${count}.` }]
    const detail = min === 1 ? 'Choose a file.' : `Choose ${files(min)} at least.`
    return [{ code: this.#wasEmpty ? 'no-file-selected' : 'missing-file', detail }]
  }
}

async function release(draft: UploadDraft, expiresAt: Date | undefined): Promise<void> {
  try {
    if (expiresAt !== undefined) await draft.keep(expiresAt)
  } catch {
    // storage-failed, storage-full; a TypeError where it had been published, and was deleted again: its owner chooses it anew.
  }
  await draft.discard()
}

/** Never rejects. */
async function discard(drafts: readonly UploadDraft[]): Promise<void> {
  await Promise.all(drafts.map((draft) => draft.discard()))
}

function files(count: number): string {
  return `${count} file${count === 1 ? '' : 's'}`
}
