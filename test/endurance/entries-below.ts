import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The paths of everything below `folder`, relative to `root`; those of folders end in a slash. May be asked while a
 * server is at work there: what vanishes meanwhile is left out.
 */
export function entriesBelow(root: string, folder: string = ''): string[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? [`${path}/`, ...entriesBelow(root, path)] : [path]
    })
  } catch {
    // ENOENT: gone since its own folder was read, or not made yet.
    return []
  }
}
