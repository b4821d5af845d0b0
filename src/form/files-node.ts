import type { FormError } from '../errors/upload-error-table.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import type { ClaimedUpload } from '../policy/draft-source.ts'
import type { FileInput } from '../policy/file-input.ts'
import type { UploadDraft } from '../policy/upload-draft.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { NameStep } from './field-name.ts'
import { quote } from './field-node.ts'

/** A file input of a form, and the files that were sent in it. */
export class FilesNode {
  readonly kind = 'files'
  readonly name: string
  readonly input: FileInput
  /** Those that the set has taken. */
  readonly drafts: UploadDraft[] = []
  /** What became of them. */
  stored: readonly StoredFile[] = []
  readonly #errors: Pick<FormError, 'code' | 'detail'>[] = []
  #count = 0
  readonly #claimed: ClaimedUpload[] = []
  #wasEmpty = false

  constructor(name: string, input: FileInput) {
    this.name = name
    this.input = input
  }

  /** Several files may come under `gallery`, as HTML has it, and under `gallery[]`. */
  find(steps: readonly NameStep[]): FilesNode | undefined {
    const isOwn = steps.length === 0 || (steps.length === 1 && steps[0] === undefined && this.input.max > 1)
    return isOwn ? this : undefined
  }

  /** Files that were sent in it, whatever became of them. */
  get count(): number {
    return this.#count
  }

  /** Counts a file in; false where there is no room for it. */
  take(): boolean {
    this.#count += 1
    return this.#count <= this.input.max
  }

  /** A file of an earlier try, before those of this one. */
  restore(claimed: ClaimedUpload): void {
    this.#count += 1
    this.drafts.splice(this.#claimed.length, 0, claimed.draft)
    this.#claimed.push(claimed)
  }

  /** Lets go of all drafts: what was kept is kept again, the others are discarded. Never rejects. */
  async release(): Promise<void> {
    const expiries = new Map(this.#claimed.map(({ draft, expiresAt }) => [draft, expiresAt]))
    await Promise.all(this.drafts.splice(0).map((draft) => release(draft, expiries.get(draft))))
  }

  /** Nothing was chosen in it. */
  skip(): void {
    this.#wasEmpty = true
  }

  refuse(error: Pick<AnyUploadError, 'code' | 'message'> | Pick<FormError, 'code' | 'detail'>): void {
    this.#errors.push('detail' in error ? error : { code: error.code, detail: error.message })
  }

  async validate(path: FormError['path']): Promise<FormError[]> {
    const { name } = this
    const errors = [...this.#errors, ...this.#countErrors()]
    return errors.map(({ code, detail }) => ({ path, name, code, detail }))
  }

  toValue(): unknown {
    return this.input.toValue(this.stored)
  }

  #countErrors(): Pick<FormError, 'code' | 'detail'>[] {
    const { min, max } = this.input
    const name = quote(this.name)
    const count = this.#count
    if (count > max) return [{ code: 'too-many-files', detail: `${name} takes ${files(max)} at most, not ${count}.` }]
    // A file that was refused is not missing besides.
    if (count >= min || this.#errors.length > 0) return []
    if (count > 0) return [{ code: 'too-few-files', detail: `${name} needs ${files(min)} at least, not ${count}.` }]
    if (this.#wasEmpty) return [{ code: 'no-file-selected', detail: `No file was selected in ${name}.` }]
    return [{ code: 'missing-file', detail: `A file is missing in ${name}.` }]
  }
}

async function release(draft: UploadDraft, expiresAt: Date | undefined): Promise<void> {
  try {
    if (expiresAt !== undefined) await draft.keep(expiresAt)
  } catch {
    // storage-failed, storage-full: then it goes, and its owner chooses it again.
  }
  await draft.discard()
}

function files(count: number): string {
  return `${count} file${count === 1 ? '' : 's'}`
}
