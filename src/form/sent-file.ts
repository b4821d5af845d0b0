import { isServerFailure } from '../errors/is-server-failure.ts'
import { isUploadError } from '../errors/upload-error.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import type { FileInput, InputPlaceRequest } from '../policy/file-input.ts'
import { placementOf } from '../policy/input-placement.ts'
import type { UploadDraft } from '../policy/upload-draft.ts'
import type { FileHead, FileSink } from '../receive/read-form.ts'

/** The facts about a request by which an input places its files. */
export type PlaceFacts = Pick<InputPlaceRequest, 'request' | 'scope'>

/** These facts, and the name of the input, which a client can spell in several ways. */
type InputFacts = Omit<InputPlaceRequest, 'filename'>

/**
 * A file that was sent in an input: its draft, or the reason why the set refuses it. The rest of a refused file is
 * ignored, so that all faults of a form are reported at once. A failure of the server ends the form.
 */
export class SentFile implements FileSink {
  #draft: UploadDraft | undefined
  #refusal: AnyUploadError | undefined

  constructor({ set, placement }: FileInput, { filename, type, field }: FileHead, asked: InputFacts) {
    try {
      const place = placementOf(placement, { filename, ...asked })
      this.#draft = set.draft({ filename, type, field }, place)
    } catch (error) {
      this.#refusal = toRefusal(error)
    }
  }

  get draft(): UploadDraft | undefined {
    return this.#draft
  }

  get refusal(): AnyUploadError | undefined {
    return this.#refusal
  }

  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined {
    try {
      return this.#draft?.append(bytes, isGiven)
    } catch (error) {
      return this.#refuse(error)
    }
  }

  end(): Promise<void> | undefined {
    return this.#draft?.seal().catch((error: unknown) => this.#refuse(error))
  }

  #refuse(error: unknown): Promise<void> | undefined {
    this.#refusal = toRefusal(error)
    const draft = this.#draft
    this.#draft = undefined
    return draft?.discard()
  }
}

/** @throws the error itself, unless it is the client's fault. */
export function toRefusal(error: unknown): AnyUploadError {
  if (!isUploadError(error) || isServerFailure(error)) throw error
  return error
}
