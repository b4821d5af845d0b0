import { UploadError } from '../../errors/upload-error.ts'
import type { DraftPlace } from './draft-place.ts'
import { folderKeysOf, makePlainFolders, NotAFolder, removeEmptyFolders } from './plain-folder.ts'
import { isReserved } from './reservation.ts'

/**
 * Makes the folders on the way to a key that a draft is about to get. Returns the folders that it made, outermost
 * first. Fails with `name-taken` if a file has the name of a folder, or if that name is promised to a file. Otherwise
 * it fails with the system's error.
 *
 * It makes a folder first, and then looks whether its name is promised. A transaction reserves a name first, and then
 * looks whether a folder has it. So at least one of the two sees the other.
 */
export async function makeKeyFolders({ root, folder: store }: DraftPlace, key: string): Promise<string[]> {
  const made = await plainFolders(root, key, store.folderMode)
  for (const folder of folderKeysOf(key)) {
    if (!(await isReserved(store, folder))) continue
    await removeEmptyFolders(made)
    throw new UploadError('name-taken', { key, folder }, { cause: new Error(`${folder} is promised to a file.`) })
  }
  return made
}

async function plainFolders(root: string, key: string, mode: number | undefined): Promise<string[]> {
  try {
    return await makePlainFolders(root, key, mode)
  } catch (error) {
    if (!(error instanceof NotAFolder)) throw error
    throw new UploadError('name-taken', { key, folder: error.folder }, { cause: error })
  }
}
