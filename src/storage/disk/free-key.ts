import { link, lstat, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../../file/exists.ts'
import { isSameFile } from '../../file/same-file.ts'
import { hasCode } from '../../file/system-error.ts'
import { conflictName } from '../../filename/conflict-names.ts'
import type { DraftPlace } from './draft-place.ts'
import { makePlainFolders } from './plain-folder.ts'

/** The most names that are tried. If all of them are taken, something is wrong with the folder. */
const ATTEMPTS = 10_000

/**
 * Moves a file to its key, or to the first free name after it. It overwrites nothing, so that no file of another writer
 * is lost. Rejects with the system's error.
 *
 * @param first the first attempt: 0 is the key itself
 */
export async function putUnderFreeKey(place: DraftPlace, path: string, key: string, first: number = 0): Promise<void> {
  const { root, folder } = place
  const slash = key.lastIndexOf('/') + 1
  await makePlainFolders(root, key, folder.folderMode)
  const canLink = await folder.canLink()
  for (let attempt = first; attempt < ATTEMPTS; attempt++) {
    const free = attempt === 0 ? key : key.slice(0, slash) + conflictName(key.slice(slash), attempt)
    if (!(await (canLink ? linkTo : moveTo)(path, join(root, free)))) continue
    return
  }
  throw new Error(`No free name was found after ${ATTEMPTS} attempts. Move files out of the folder.`)
}

async function linkTo(path: string, target: string): Promise<boolean> {
  try {
    await link(path, target)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    // If both names are the same file, an earlier try was killed before it could remove the old name.
    if (!isSameFile(await lstat(path, { bigint: true }), await lstat(target, { bigint: true }))) return false
  }
  await unlink(path)
  return true
}

async function moveTo(path: string, target: string): Promise<boolean> {
  if (await exists(target)) return false
  await rename(path, target)
  return true
}
