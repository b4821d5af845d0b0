import { hasCode } from '../../file/system-error.ts'
import type { DraftPlace } from './draft-place.ts'

/** Puts the record at `path` into its place as that of `key`, also where somebody has removed the folder of the records. */
export async function adoptRecord({ folder, records }: DraftPlace, key: string, path: string): Promise<void> {
  try {
    await records.adopt(folder.calls, key, path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    await folder.restore()
    await records.adopt(folder.calls, key, path)
  }
}
