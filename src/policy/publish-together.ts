import { UploadError } from '../errors/upload-error.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { deleteFiles } from './delete-files.ts'
import type { UploadDraft } from './upload-draft.ts'
import { UploadTransaction } from './upload-transaction.ts'

/**
 * Publishes all drafts or none, in their order, so that drafts of one name are numbered in that order. If all storages
 * have transactions, this also holds if the process dies. Otherwise, a failure deletes the files that are published
 * already. A process that dies cannot do that.
 *
 * @throws as `UploadDraft.publish`; the caller discards the drafts then. `publishing-delayed` if the storage fails
 *   after the verdict to publish them: a later `sweep` publishes them.
 */
export async function publishTogether(drafts: readonly UploadDraft[]): Promise<StoredFile[]> {
  const [only, ...others] = drafts
  if (only === undefined) return []
  if (others.length === 0) return [await only.publish()]
  if (drafts.every(({ storage }) => storage.createTransaction !== undefined)) return publishAtOnce(drafts)
  return publishInTurn(drafts)
}

async function publishAtOnce(drafts: readonly UploadDraft[]): Promise<StoredFile[]> {
  const transaction = new UploadTransaction()
  try {
    const files: StoredFile[] = []
    for (const draft of drafts) files.push(await transaction.reserve(draft))
    await transaction.prepare()
    await transaction.commit()
    return files
  } catch (error) {
    if (await transaction.rollback()) throw error
    throw new UploadError('publishing-delayed', {}, { cause: error })
  }
}

async function publishInTurn(drafts: readonly UploadDraft[]): Promise<StoredFile[]> {
  const files: StoredFile[] = []
  try {
    for (const draft of drafts) files.push(await draft.publish())
    return files
  } catch (error) {
    for (const { storage, published } of drafts) if (published !== undefined) await deleteFiles(storage, [published])
    throw error
  }
}
