import type { StoredFile } from '../storage/stored-file.ts'
import type { Storage } from '../storage/storage.ts'
import type { StorageTransaction } from '../storage/transaction.ts'
import { deleteFiles } from './delete-files.ts'
import type { UploadDraft } from './upload-draft.ts'

/** What a transaction has in one storage. */
interface Part {
  readonly transaction: StorageTransaction
  readonly files: StoredFile[]
  isCommitted: boolean
}

/** Drafts of any sets that become stored files together, under keys that are known before. */
export class UploadTransaction {
  readonly #parts = new Map<Storage, Part>()

  /**
   * Promises the draft a key: the stored file as it will be.
   *
   * @throws as `UploadDraft.publish`.
   * @throws {TypeError} where the set's storage has no transactions.
   */
  async reserve(draft: UploadDraft): Promise<StoredFile> {
    const { transaction, files } = this.#partOf(draft.storage)
    const file = await draft.reserve(transaction)
    files.push(file)
    return file
  }

  /**
   * Makes all that was promised outlive this process.
   *
   * @throws {UploadError} `storage-full`, `storage-failed`; to be rolled back then.
   */
  async prepare(): Promise<void> {
    for (const { transaction } of this.#parts.values()) await transaction.prepare()
  }

  /**
   * Publishes them all, each storage by itself.
   *
   * @throws {UploadError} `storage-failed`, `storage-full`, when all have tried; to be deferred or rolled back then.
   */
  async commit(): Promise<void> {
    const commit = async (part: Part): Promise<void> => {
      await part.transaction.commit()
      part.isCommitted = true
    }
    const results = await Promise.allSettled([...this.#parts.values()].map(commit))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** Leaves what could not be published to the next `sweep` of its storage. Never rejects. */
  async defer(): Promise<void> {
    for (const { transaction, isCommitted } of this.#parts.values()) if (!isCommitted) await transaction.defer()
  }

  /** Takes everything back, also what was published before another storage failed; the drafts are to be discarded. Never rejects. */
  async rollback(): Promise<void> {
    for (const [storage, { transaction, files, isCommitted }] of this.#parts) {
      if (isCommitted) await deleteFiles(storage, files)
      else await transaction.rollback()
    }
  }

  #partOf(storage: Storage): Part {
    const known = this.#parts.get(storage)
    if (known !== undefined) return known
    const transaction = storage.createTransaction?.()
    if (transaction === undefined) throw new TypeError(`A storage of kind "${storage.kind}" has no transactions.`)
    const part = { transaction, files: [], isCommitted: false }
    this.#parts.set(storage, part)
    return part
  }
}
