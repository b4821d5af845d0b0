import { constants } from 'node:fs'
import { lstat, mkdir, open } from 'node:fs/promises'
import { platform } from 'node:process'

/** Permissions of owner, group and others (chmod(2)). */
const PERMISSIONS = 0o777

const THIS_FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

/**
 * Makes a folder. Fails with the system's error, also if the folder exists already.
 *
 * @param mode its permissions, whatever the umask; default: `0o777`, reduced by the umask
 */
export async function newFolder(path: string, mode?: number): Promise<void> {
  // The umask only takes permissions away, so no other user gets in before they are complete.
  await mkdir(path, mode)
  if (mode === undefined || platform === 'win32') return
  const made = (await lstat(path)).mode & 0o7777
  // A folder may inherit the set-group-ID bit of the one above it. That bit stays.
  if ((made & PERMISSIONS) === (mode & PERMISSIONS) && (made | mode) === made) return
  const folder = await open(path, THIS_FOLDER)
  try {
    await folder.chmod(mode | (made & ~PERMISSIONS))
  } finally {
    await folder.close()
  }
}
