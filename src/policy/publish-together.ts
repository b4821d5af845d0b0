import { UploadError } from '../errors/upload-error.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { deleteFiles } from './delete-files.ts'
import type { UploadDraft } from './upload-draft.ts'
import { UploadTransaction } from './upload-transaction.ts'

/**
 * Publishes all drafts or none, in their order, so that those of one name are numbered in it. Where the storages have
 * transactions that holds whatever happens; elsewhere what is published is deleted again when a later one fails, which a
 * process that dies cannot do.
 *
 * @throws as `UploadDraft.publish`; the drafts are then their owner's to discard. `publishing-delayed` if it was decided that they
 *   are published and the storage failed then: a later `sweep` publishes them.
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
