import { UploadError } from '../../errors/upload-error.ts'
import type { SealedDraft } from '../draft.ts'
import type { FileRecord, StorageEntry } from '../storage.ts'
import type { StorageTransaction, TransactionLeader } from '../transaction.ts'
import type { MemoryShelf, ReservedFile } from './memory-shelf.ts'

/** A file that another transaction is about to publish is looked for so often, with so many milliseconds in between. */
const ATTEMPTS = 1000
const PAUSE_MS = 10

type State = 'open' | 'prepared' | 'published' | 'finished' | 'over'

/** A transaction in memory. It ends with the process, as all files in memory do, so none can remain half done. */
export class MemoryTransaction implements StorageTransaction {
  readonly id: string
  readonly #shelf: MemoryShelf
  #files: ReservedFile[] = []
  readonly #deletes: StorageEntry[] = []
  #state: State = 'open'

  constructor(shelf: MemoryShelf, leader: TransactionLeader | undefined) {
    this.#shelf = shelf
    this.id = leader?.id ?? crypto.randomUUID()
  }

  async reserve(sealed: SealedDraft, key: string, record?: FileRecord): Promise<StorageEntry | undefined> {
    this.#require('open', 'prepared')
    const reserve = this.#shelf.sealed.get(sealed)
    if (reserve === undefined) throw new TypeError('The draft belongs to another storage.')
    const file = reserve(key, record)
    if (file !== undefined) this.#files.push(file)
    return file?.entry
  }

  async prepare(): Promise<void> {
    this.#require('open')
    this.#state = 'prepared'
  }

  async delete(key: string): Promise<boolean> {
    this.#require('prepared')
    const isOwn = this.#files.some(({ entry }) => entry.key === key)
    if (!isOwn) await this.#waitForOthers(key)
    const entry = this.#shelf.files.get(key)?.entry
    if (entry !== undefined) this.#deletes.push(entry)
    return entry !== undefined
  }

  async commit(): Promise<void> {
    this.#require('prepared')
    for (const file of this.#files) file.publish()
    this.#state = this.#deletes.length > 0 ? 'published' : 'finished'
  }

  async finish(): Promise<readonly string[]> {
    if (this.#state === 'finished') return []
    this.#require('published')
    this.#state = 'finished'
    const stay = this.#deletes.filter(({ key, version }) => !this.#shelf.delete(key, version))
    return stay.map(({ key }) => key).filter((key) => this.#shelf.files.has(key))
  }

  async defer(): Promise<void> {
    if (this.#state === 'finished') return
    // A commit in memory never fails. It may be deferred if one in another storage has failed.
    this.#require('published')
    await this.finish()
  }

  async rollback(): Promise<boolean> {
    if (this.#state !== 'open' && this.#state !== 'prepared') return this.#state === 'over'
    this.#state = 'over'
    for (const file of this.#files) file.release()
    this.#files = []
    return true
  }

  /** Waits if another transaction is about to publish a file: a row may name it already. */
  async #waitForOthers(key: string): Promise<void> {
    for (let attempt = 1; this.#shelf.reserved.has(key); attempt++) {
      if (attempt === ATTEMPTS) throw new UploadError('overloaded', {})
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }

  #require(...states: readonly State[]): void {
    if (!states.includes(this.#state))
      throw new TypeError(`The transaction is ${this.#state}, not ${states.join(' or ')}.`)
  }
}
