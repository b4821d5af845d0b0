import { formatBytes } from '../index.ts'
import type { Storage } from '../storage.ts'
import { bucketStorage, tryBucket } from './bucket-storage.ts'
import type { BucketSettings } from './bucket-url.ts'
import { folderStorage } from './file-storage.ts'
import type { FolderSettings, StorageSettings } from './storage-settings.ts'
import { terminal } from './terminal.ts'
import { uploadFolder } from './upload-folder.ts'

/** The place of the files, as a report tells it. */
export type FilePlace = FolderPlace | BucketSettings

interface FolderPlace extends FolderSettings {
  /** Absolute. */
  readonly folder: string
}

/** A storage that can take files. */
export interface StartedStorage {
  readonly storage: Storage
  readonly place: FilePlace
}

/**
 * Opens the storage, and makes sure that files can be kept in it. Removes or settles the leftovers of runs that were
 * killed. Warns of faults that the operator should correct.
 *
 * @param path the folder, if no bucket keeps the files
 * @throws {CommandError} if files cannot be kept there.
 */
export async function startStorage(settings: StorageSettings, path: string = './uploads'): Promise<StartedStorage> {
  if (settings.kind === 'bucket') {
    const storage = await bucketStorage(settings)
    await tryBucket(storage, settings, terminal.warn)
    return { storage, place: settings }
  }
  const folder = await uploadFolder(path, { isPrivate: settings.isPrivate, warn: terminal.warn })
  const storage = folderStorage(folder, settings)
  const free = await storage.freeSpace()
  if (free < settings.minFreeSpace) {
    terminal.warn(`only ${formatBytes(free)} of the disk are free, so files are refused until more is free`)
  }
  return { storage, place: { ...settings, folder } }
}
