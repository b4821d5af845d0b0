import { formFault, refusalFault } from '../errors/form-fault.ts'
import type { FormFault } from '../errors/form-fault.ts'
import type { FormError } from '../errors/upload-error-details.ts'
import { isUploadError } from '../errors/upload-error.ts'
import type { ClaimedUpload } from '../policy/draft-source.ts'
import type { FileInput } from '../policy/file-input.ts'
import { placementOf } from '../policy/input-placement.ts'
import type { UploadDraft } from '../policy/upload-draft.ts'
import type { Placement, UploadHead } from '../policy/upload-head.ts'
import { IgnoredFile } from '../receive/ignored-file.ts'
import type { FileHead, FileSink } from '../receive/read-form.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { NameStep } from './field-name.ts'
import { SentFile, toRefusal } from './sent-file.ts'
import type { PlaceFacts } from './sent-file.ts'

/** A file that was set aside. */
export interface KeptUpload {
  /** The id by which the set gives the file back. */
  readonly id: string
  readonly filename: string
  /** Bytes. */
  readonly size: number
}

/**
 * A file input of a form, and the files that were sent in it. It owns their drafts until `handOver`, `keep` or
 * `release`.
 */
export class FilesNode {
  readonly kind = 'files'
  readonly field: string
  readonly #input: FileInput
  /** Files of this try. */
  #sent: SentFile[] = []
  /** Files of an earlier try. */
  #claimed: ClaimedUpload[] = []
  /** Files of an earlier try that a file of this try replaces. */
  #replaced: ClaimedUpload[] = []
  /** All files of the input, also those that it refuses. */
  #count = 0
  readonly #faults: FormFault[] = []
  #wasEmpty = false
  #stored: readonly StoredFile[] = []

  constructor(field: string, input: FileInput) {
    this.field = field
    this.#input = input
  }

  /** Several files may come under `gallery`, as HTML forms send them, and under `gallery[]` and `gallery[0]`. */
  controlAt(steps: readonly NameStep[]): FilesNode | undefined {
    const [step] = steps
    const isItem = steps.length === 1 && typeof step !== 'string' && this.#input.max > 1
    return steps.length === 0 || isItem ? this : undefined
  }

  /** Takes a file of this try. A file beyond the maximum is counted and ignored. */
  addFile(head: FileHead, asked: PlaceFacts): FileSink {
    if (head.filename === '') {
      this.#wasEmpty = true
      return new IgnoredFile()
    }
    this.#count += 1
    if (this.#count > this.#input.max) return new IgnoredFile()
    const file = new SentFile(this.#input, head, { ...asked, field: this.field })
    this.#sent.push(file)
    return file
  }

  /** Takes text in place of a file. Node's `FormData` sends '' for an input in which nothing was chosen. */
  addText(text: string): void {
    if (text === '') this.#wasEmpty = true
    else this.#faults.push(formFault('not-a-file', {}))
  }

  /** The name of the set that admits its files. */
  get set(): string {
    return this.#input.set.name
  }

  /** Takes the file of an earlier try that `keep` gave this id for this set, unless a file of this try replaces it. */
  async claim([id, setName]: readonly [id: string, set: string], asked: PlaceFacts): Promise<void> {
    const { field } = this
    const { set, placement } = this.#input
    const place = ({ filename }: UploadHead): Placement => placementOf(placement, { filename, field, ...asked })
    const isTaken = this.#input.max === 1 && this.#count > 0
    let claimed: ClaimedUpload | undefined
    try {
      claimed = set.name === setName ? await set.claim(id, place) : undefined
    } catch (error) {
      // The set's rules have changed since. It does not take the file any more.
      this.#faults.push(refusalFault(toRefusal(error)))
      return
    }
    if (claimed === undefined) {
      if (!isTaken) this.#faults.push(formFault('file-expired', {}))
    } else if (isTaken) {
      this.#replaced.push(claimed)
    } else {
      this.#count += 1
      this.#claimed.push(claimed)
    }
  }

  /** The drafts of the files that the set takes: those of an earlier try, then those of this one. */
  get drafts(): readonly UploadDraft[] {
    return [...this.#claimed.map(toDraft), ...this.#sentDrafts]
  }

  /** Takes the stored files that the drafts become, in the order of the drafts. */
  setStored(stored: readonly StoredFile[]): void {
    this.#stored = stored
  }

  /** Gives its drafts up: the storage publishes them. Never rejects. */
  async handOver(): Promise<void> {
    const replaced = this.#replaced.map(toDraft)
    this.#forgetDrafts()
    await discard(replaced)
  }

  /**
   * Sets the files aside, at most as many as the input takes, and discards the others. A file that the storage cannot
   * set aside has to be sent again.
   */
  async keep(expiresAt: Date): Promise<KeptUpload[]> {
    const { max } = this.#input
    const { drafts } = this
    const others = [...drafts.slice(max), ...this.#replaced.map(toDraft)]
    this.#forgetDrafts()
    const kept: KeptUpload[] = []
    for (const draft of drafts.slice(0, max)) {
      try {
        kept.push({ id: await draft.keep(expiresAt), filename: draft.head.filename, size: draft.size })
      } catch (error) {
        await draft.discard()
        if (!isUploadError(error)) throw error
      }
    }
    await discard(others)
    return kept
  }

  /** Sets the files of an earlier try aside again, and discards the drafts of this one. Never rejects. */
  async release(): Promise<void> {
    const earlier = [...this.#claimed, ...this.#replaced]
    const drafts = this.#sentDrafts
    this.#forgetDrafts()
    await Promise.all([discard(drafts), ...earlier.map(keepAgain)])
  }

  async validate(path: FormError['path']): Promise<FormError[]> {
    const { field } = this
    const refusals = this.#sent.flatMap(({ refusal }) => (refusal === undefined ? [] : refusalFault(refusal)))
    const faults = [...refusals, ...this.#faults]
    return [...faults, ...this.#countFaults(faults.length > 0)].map((fault) => ({ ...fault, path, field }))
  }

  toValue(): unknown {
    return this.#input.toValue(this.#stored)
  }

  get #sentDrafts(): UploadDraft[] {
    return this.#sent.flatMap(({ draft }) => draft ?? [])
  }

  #forgetDrafts(): void {
    this.#sent = []
    this.#claimed = []
    this.#replaced = []
  }

  #countFaults(hasFaults: boolean): FormFault[] {
    const { min, max: limit } = this.#input
    const count = this.#count
    if (count > limit) return [formFault('too-many-files', { limit, count })]
    // A refused file must not also be reported as missing.
    if (count >= min || hasFaults) return []
    if (count > 0) return [formFault('too-few-files', { min, count })]
    return [formFault(this.#wasEmpty ? 'no-file-selected' : 'missing-file', { min })]
  }
}

/** Never rejects. */
async function keepAgain({ draft, expiresAt }: ClaimedUpload): Promise<void> {
  try {
    await draft.keep(expiresAt)
  } catch {
    // storage-failed, storage-full; a TypeError if the file was published and deleted. The client sends it again.
  }
  await draft.discard()
}

/** Never rejects. */
async function discard(drafts: readonly UploadDraft[]): Promise<void> {
  await Promise.all(drafts.map((draft) => draft.discard()))
}

function toDraft({ draft }: ClaimedUpload): UploadDraft {
  return draft
}
