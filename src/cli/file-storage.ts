import { diskStorage } from '../disk.ts'
import type { DiskStorage } from '../disk.ts'
import type { Storage } from '../storage.ts'
import { bucketStorage } from './bucket-storage.ts'
import type { FolderSettings, StorageSettings } from './storage-settings.ts'

/** Permissions with which no other user of the machine reads a file, or the names in a folder. */
const PRIVATE_MODES = { mode: 0o600, folderMode: 0o700 } as const

/**
 * The storage of these settings. Each process that serves makes its own.
 *
 * @param folder absolute; absent for a bucket
 */
export async function fileStorage(settings: StorageSettings, folder: string | undefined): Promise<Storage> {
  if (settings.kind === 'bucket') return bucketStorage(settings)
  if (folder === undefined) throw new TypeError('There is neither a bucket nor a folder for the files.')
  return folderStorage(folder, settings)
}

/** The storage of a folder, which is made with the first upload. */
export function folderStorage(
  folder: string,
  { minFreeSpace = 0, durable = false, isPrivate = false }: Partial<FolderSettings>,
): DiskStorage {
  return diskStorage(folder, { minFreeSpace, durable, ...(isPrivate && PRIVATE_MODES) })
}
