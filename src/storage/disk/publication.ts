import { link, lstat, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { makePlainFolders } from './plain-folder.ts'
import type { PrivateFolder } from './private-folder.ts'
import { reserve } from './reservation.ts'
import { hasCode } from '../../file/system-error.ts'

/** Tries again where an emptied folder was removed between making it and using it. */
const ATTEMPTS = 3

/**
 * Gives the file at `draft` the name `key` below `root`, in one step and only if nothing has that name, be it a folder or
 * a symlink that leads nowhere. False when it is taken. The draft's own name may be left over. Rejects with the system's error.
 */
export async function publishFile(draft: string, root: string, key: string, folder: PrivateFolder): Promise<boolean> {
  const target = join(root, key)
  const give = (await folder.canLink()) ? linkTo : moveTo
  for (let attempt = 1; ; attempt++) {
    await makePlainFolders(root, key)
    try {
      return await give(draft, target, key, folder)
    } catch (error) {
      if (!hasCode(error, 'ENOENT') || attempt === ATTEMPTS) throw error
    }
  }
}

async function linkTo(draft: string, target: string): Promise<boolean> {
  try {
    await link(draft, target)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

/** rename(2) overwrites, so the name is looked at while nobody else can take it. */
async function moveTo(draft: string, target: string, key: string, folder: PrivateFolder): Promise<boolean> {
  const reservation = await reserve(folder, key)
  if (reservation === undefined) return false
  try {
    if (await exists(target)) return false
    await rename(draft, target)
    return true
  } finally {
    await reservation.release()
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}
