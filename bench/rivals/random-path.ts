import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

/**
 * The path of a file whose client must not choose the name: as multer does with `dest`, for those without such an
 * option.
 */
export function randomPath(folder: string): string {
  return join(folder, randomBytes(16).toString('hex'))
}
