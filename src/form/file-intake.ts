import { isServerFailure } from '../errors/is-server-failure.ts'
import { isUploadError } from '../errors/upload-error.ts'
import type { UploadDraft } from '../policy/upload-draft.ts'
import type { FileHead, FileSink } from '../receive/read-form.ts'
import type { FilesNode } from './files-node.ts'

/**
 * Takes one file of a form into its set. What the set refuses is noted down, and the rest of the file thrown away, so
 * that all that is wrong with a form is told at once; what is no fault of the client's ends the form.
 */
export class FileIntake implements FileSink {
  readonly #node: FilesNode
  #draft: UploadDraft | undefined

  constructor(node: FilesNode, { filename, type, field }: FileHead) {
    this.#node = node
    if (!node.take()) return
    try {
      this.#draft = node.input.set.draft({ filename, type, field }, node.input.placement)
      node.drafts.push(this.#draft)
    } catch (error) {
      this.#refuse(error)
    }
  }

  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined {
    try {
      return this.#draft?.append(bytes, isGiven)
    } catch (error) {
      return this.#drop(error)
    }
  }

  end(): Promise<void> | undefined {
    return this.#draft?.seal().catch((error: unknown) => this.#drop(error))
  }

  #drop(error: unknown): Promise<void> | undefined {
    this.#refuse(error)
    const draft = this.#draft
    this.#draft = undefined
    if (draft === undefined) return undefined
    this.#node.drafts.splice(this.#node.drafts.indexOf(draft), 1)
    return draft.discard()
  }

  #refuse(error: unknown): void {
    if (!isUploadError(error) || isServerFailure(error)) throw error
    this.#node.refuse(error)
  }
}
