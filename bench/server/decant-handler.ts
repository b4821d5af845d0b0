import { GiB } from 'decant'
import { uploadHandler } from 'decant/handler'
import type { UploadHandler, UploadHandlerOptions } from 'decant/handler'
import { filesSet } from './files-set.ts'
import { MOST_FILE_SIZE } from './most-file-size.ts'

/** Decant as a user sets it up, every check and limit on; only the size of a body is raised for the benchmark's. */
export function decantHandler(
  folder: string,
  { stored, ...options }: Pick<UploadHandlerOptions, 'stored'> & { readonly digest?: 'sha-256' } = {},
): UploadHandler {
  return uploadHandler(filesSet(folder, options), { maxBodySize: MOST_FILE_SIZE + GiB, stored })
}
