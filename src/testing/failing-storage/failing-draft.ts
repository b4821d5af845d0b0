import type { Draft, SealedDraft } from '../../storage/draft.ts'
import type { FileRecord } from '../../storage/storage.ts'
import type { Faults } from './faults.ts'

/** A draft whose medium may break. */
export class FailingDraft implements Draft {
  readonly #draft: Draft
  readonly #faults: Faults
  readonly #wrap: (sealed: SealedDraft) => SealedDraft
  readonly intend?: (key: string, record: FileRecord | undefined) => void
  #failure: Promise<never> | undefined

  constructor(draft: Draft, faults: Faults, wrap: (sealed: SealedDraft) => SealedDraft) {
    this.#draft = draft
    this.#faults = faults
    this.#wrap = wrap
    if (draft.intend !== undefined) this.intend = draft.intend.bind(draft)
  }

  get id(): string {
    return this.#draft.id
  }

  get size(): number {
    return this.#draft.size
  }

  append(bytes: Uint8Array): Promise<void> | undefined {
    const ready = this.#draft.append(bytes)
    if (this.#failure !== undefined) return this.#failure
    try {
      this.#faults.meet('append')
    } catch (error) {
      // The error: this promise rejects with it, and so do `flush` and `seal`. This promise may stay unhandled.
      this.#failure = Promise.reject(error)
      this.#failure.catch(ignore)
      return this.#failure
    }
    return ready
  }

  async flush(): Promise<void> {
    await this.#failure
    this.#faults.meet('flush')
    await this.#draft.flush()
  }

  async truncate(size: number): Promise<void> {
    await this.#failure
    this.#faults.meet('truncate')
    await this.#draft.truncate(size)
  }

  async seal(): Promise<SealedDraft> {
    try {
      await this.#failure
      this.#faults.meet('seal')
    } catch (error) {
      // Any error: a draft that cannot be sealed is not kept.
      await this.#draft.discard()
      throw error
    }
    return this.#wrap(await this.#draft.seal())
  }

  discard(): Promise<void> {
    return this.#draft.discard()
  }
}

function ignore(): void {}
