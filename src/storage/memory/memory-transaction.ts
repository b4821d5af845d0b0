import type { SealedDraft } from '../draft.ts'
import type { FileRecord, StorageEntry } from '../storage.ts'
import type { StorageTransaction, TransactionLeader } from '../transaction.ts'
import type { MemoryShelf, ReservedFile } from './memory-shelf.ts'

/** A transaction in memory. It ends with the process, as all files in memory do, so none can remain half done. */
export class MemoryTransaction implements StorageTransaction {
  readonly id: string
  readonly #shelf: MemoryShelf
  #files: ReservedFile[] = []
  #state: 'open' | 'prepared' | 'published' | 'over' = 'open'

  constructor(shelf: MemoryShelf, leader: TransactionLeader | undefined) {
    this.#shelf = shelf
    this.id = leader?.id ?? crypto.randomUUID()
  }

  async reserve(sealed: SealedDraft, key: string, record?: FileRecord): Promise<StorageEntry | undefined> {
    this.#require('open')
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

  async commit(): Promise<void> {
    this.#require('prepared')
    this.#state = 'published'
    for (const file of this.#files) file.publish()
  }

  async defer(): Promise<void> {
    throw new TypeError('Only a commit that failed can be deferred, and a commit in memory never fails.')
  }

  async rollback(): Promise<boolean> {
    if (this.#state === 'over' || this.#state === 'published') return this.#state === 'over'
    this.#state = 'over'
    for (const file of this.#files) file.release()
    this.#files = []
    return true
  }

  #require(state: 'open' | 'prepared'): void {
    if (this.#state !== state) throw new TypeError(`The transaction is ${this.#state}, not ${state}.`)
  }
}
