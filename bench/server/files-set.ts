import { ALL, uploadSet } from 'decant'
import type { UploadSet, UploadSetOptions } from 'decant'
import { diskStorage } from 'decant/disk'
import { MOST_FILE_SIZE } from './most-file-size.ts'

/** A set as a user makes one, every check and limit on; only the size of a file is raised for the benchmark's. */
export function filesSet(folder: string, options: Pick<UploadSetOptions, 'digest'> = {}): UploadSet {
  return uploadSet('files', { storage: diskStorage(folder), extensions: ALL, maxFileSize: MOST_FILE_SIZE, ...options })
}
