import { UploadError } from '../errors/upload-error.ts'
import { folderFault, storedFolder } from '../filename/client-path.ts'
import { isStoredName } from '../filename/stored-name.ts'

/**
 * Checks the folders in the key of a PUT, below the scope.
 *
 * @throws {UploadError} `invalid-key` if the set keeps no folders: otherwise every client could make some. Also for
 *   folders that the set would not make itself.
 */
export function checkFolders(key: string, keepsFolders: boolean): void {
  const folders = key.split('/')
  const name = folders.pop() ?? ''
  if (folders.length === 0) return
  if (!keepsFolders) {
    throw new UploadError('invalid-key', { key, reason: 'only the server makes folders', suggestion: name })
  }
  const fault = folderFault(folders)
  if (fault !== undefined) throw new UploadError('invalid-key', { key, reason: fault.reason })
  // Other faults of a folder are those of any name, which the set finds.
  if (folders.every((folder) => !isStoredName(folder) || storedFolder(folder) === folder)) return
  const suggestion = [...folders.map(storedFolder), name].join('/')
  throw new UploadError('invalid-key', { key, reason: 'some servers would run files in such a folder', suggestion })
}
