import { hasCode } from '../../file/system-error.ts'
import type { DraftPlace } from './draft-place.ts'

/**
 * Makes the record at `path` the record of `key`, even if the folder of the records was removed by hand.
 *
 * @param inode of the file that the record belongs to
 */
export async function adoptRecord(
  { folder, records }: DraftPlace,
  key: string,
  path: string,
  inode: bigint,
): Promise<void> {
  try {
    await records.adopt(key, path, inode)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    await folder.restore()
    await records.adopt(key, path, inode)
  }
}
