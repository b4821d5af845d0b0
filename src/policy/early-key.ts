import { HEAD_SIZE } from '../media/real-type.ts'
import type { Draft } from '../storage/draft.ts'
import type { FileInspection } from './file-inspection.ts'
import { isImplied } from './implied-record.ts'
import type { Place } from './placement.ts'

/** The key of a draft that the storage is told before the last byte, as soon as the first bytes prove the type. */
export class EarlyKey {
  readonly #draft: Draft
  readonly #inspection: FileInspection
  readonly #place: Place
  #state: 'waiting' | 'telling' | 'over' = 'waiting'
  #telling: Promise<void> | undefined
  #told: Promise<void> | undefined
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

  /**
   * To be called after each append. Returns a promise while the type is looked for. Otherwise, bytes that come from
   * memory would be sent to another place before the key is known. It never rejects.
   */
  note(): Promise<void> | undefined {
    if (this.#state === 'waiting' && this.#draft.size >= HEAD_SIZE) {
      this.#state = 'telling'
      this.#telling = this.#tell()
      // A failure of the storage: `end` rejects with it.
      this.#told = this.#telling.catch(() => {})
    }
    return this.#state === 'telling' ? this.#told : undefined
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
      this.#state = 'over'
      return
    }
    if (this.#state === 'over') return
    const { key, timedKey } = this.#place
    const hasRecord = !isImplied(key, record)
    const chosen = timedKey?.(hasRecord) ?? key
    this.#draft.intend?.(chosen, hasRecord ? record : undefined)
    this.#key = chosen
    this.#state = 'over'
  }
}
