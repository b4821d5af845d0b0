import { HEAD_SIZE } from '../media/real-type.ts'
import type { Draft } from '../storage/draft.ts'
import type { FileInspection } from './file-inspection.ts'
import { isImplied } from './implied-record.ts'
import type { Place } from './placement.ts'

/**
 * The key of a draft that the storage is told before the last byte, as soon as the first bytes prove the type. The
 * check of the content takes a moment, and the bytes that come meanwhile do not wait for it.
 */
export class EarlyKey {
  readonly #draft: Draft
  readonly #inspection: FileInspection
  readonly #place: Place
  #state: 'waiting' | 'telling' | 'over' = 'waiting'
  #telling: Promise<void> | undefined
  #key: string | undefined

  private constructor(draft: Draft, inspection: FileInspection, place: Place) {
    this.#draft = draft
    this.#inspection = inspection
    this.#place = place
  }

  /** `undefined` if the storage has no use for the key, if the key may be taken, or if the record is known late. */
  static of(draft: Draft, inspection: FileInspection, place: Place): EarlyKey | undefined {
    if (draft.intend === undefined || place.timedKey === undefined || !inspection.isDecidedByHead) return undefined
    return new EarlyKey(draft, inspection, place)
  }

  /** The key that the storage was told. */
  get key(): string | undefined {
    return this.#key
  }

  /** To be called after each append. */
  note(): void {
    if (this.#state !== 'waiting' || this.#draft.size < HEAD_SIZE) return
    this.#state = 'telling'
    this.#telling = this.#tell()
    // A failure of the storage: `end` rejects with it.
    this.#telling.catch(() => {})
  }

  /** To be called before the draft is sealed. */
  async end(): Promise<void> {
    await this.#telling
    this.#state = 'over'
  }

  /** To be called before the draft is discarded: the storage is told nothing from now on. */
  giveUp(): void {
    this.#state = 'over'
  }

  async #tell(): Promise<void> {
    let record
    try {
      record = await this.#inspection.inspectHead()
    } catch {
      // UploadError `type-mismatch`: the draft is refused with it when it is sealed.
      return
    }
    if (this.#state === 'over') return
    const { key, timedKey } = this.#place
    const hasRecord = !isImplied(key, record)
    const chosen = timedKey?.(hasRecord) ?? key
    this.#draft.intend?.(chosen, hasRecord ? record : undefined)
    this.#key = chosen
  }
}
