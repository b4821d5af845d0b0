import { ALL, GiB, uploadSet } from 'decant'
import { diskStorage } from 'decant/disk'
import { uploadHandler } from 'decant/handler'
import type { UploadHandler } from 'decant/handler'
import { MOST_FILE_SIZE } from './most-file-size.ts'

/** Decant as anybody sets it up, every check and limit on; only the size of a file is raised for the benchmark's. */
export function decantHandler(folder: string, options: { readonly digest?: 'sha-256' } = {}): UploadHandler {
  const set = uploadSet('files', {
    storage: diskStorage(folder),
    extensions: ALL,
    maxFileSize: MOST_FILE_SIZE,
    ...options,
  })
  return uploadHandler(set, { maxBodySize: MOST_FILE_SIZE + GiB })
}
