import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

/** Where a file goes whose client must not choose the name: what multer does with `dest`, for those that have no such thing. */
export function randomPath(folder: string): string {
  return join(folder, randomBytes(16).toString('hex'))
}
