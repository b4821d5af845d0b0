import { hasCode } from '../../file/system-error.ts'
import type { DraftPlace } from './draft-place.ts'

/**
 * Puts the record at `path` into its place as that of `key`, even if the folder of the records was removed by hand.
 *
 * @param inode of the file that it belongs to
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
