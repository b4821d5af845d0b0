import { UploadError } from '../errors/upload-error.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { FileTransaction } from './file-transaction.ts'
import { RunningTransaction } from './running-transaction.ts'
import type { UploadDraft } from './upload-draft.ts'
import { UploadTransaction } from './upload-transaction.ts'

/** Options of `publishWith`. */
export interface PublishWithOptions {
  /** Aborts when the client has gone. The work is told, and waited for. */
  readonly signal?: AbortSignal | undefined
}

/** Work that is done while files have their keys and are not visible yet. */
export type TransactionWork<Value> = (files: StoredFile[], transaction: FileTransaction) => Value | Promise<Value>

/**
 * Reserves a key for each draft, runs `work` with the files as they will be, and publishes them. If `work` throws, no
 * file is published, and the caller discards the drafts.
 *
 * @throws {UploadError} `publishing-delayed` if the storage fails after `work`: a later `sweep` publishes the files.
 *   Also the errors of `work`, and those of `UploadDraft.publish`.
 * @throws {TypeError} if the storage of a draft has no transactions.
 */
export async function publishWith<Value>(
  drafts: readonly UploadDraft[],
  work: TransactionWork<Value>,
  { signal = new AbortController().signal }: PublishWithOptions = {},
): Promise<Value> {
  const transaction = new UploadTransaction()
  let running: RunningTransaction | undefined
  try {
    let value: Value
    try {
      const files: StoredFile[] = []
      for (const draft of drafts) files.push(await transaction.reserve(draft))
      await transaction.prepare()
      running = new RunningTransaction(transaction, { signal, drafts, files })
      value = await work(files, running)
      await running.end()
    } catch (error) {
      await running?.end()
      await transaction.rollback()
      await running?.discard()
      throw error
    }
    await commit(transaction)
    return value
  } finally {
    running?.release()
  }
}

async function commit(transaction: UploadTransaction): Promise<void> {
  try {
    await transaction.commit()
  } catch (error) {
    await transaction.defer()
    // The work is done and cannot be undone, so the client must not be told to send the files again.
    throw new UploadError('publishing-delayed', {}, { cause: error })
  }
}
