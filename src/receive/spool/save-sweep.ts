import { lstat, readdir, unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isDead } from '../../file/process-owner.ts'

/** A file that is being saved, and the process that saves it. */
const SAVE = /^\.decant-(?<owner>.+)\.[\da-f]{32}$/

const ABANDONED_MS = 24 * 60 * 60 * 1000

/** The most folders to remember. A folder beyond that is only looked at again. */
const MAX_SWEPT = 10_000

/** Folders that this process has looked at, or is looking at. */
const swept = new Map<string, Promise<void>>()

/**
 * Removes the files that processes were saving into a folder when they were killed. Looks at each folder once in the
 * life of a process, since that finds the files of earlier processes. Never rejects.
 */
export function sweepSaves(folder: string): Promise<void> {
  const path = resolve(folder)
  const known = swept.get(path)
  if (known !== undefined) return known
  if (swept.size >= MAX_SWEPT) swept.clear()
  const sweeping = sweep(path)
  swept.set(path, sweeping)
  return sweeping
}

/** The process cannot be seen, as after a restart of the machine: its file was not written to for a day. */
async function isAbandoned(owner: string, path: string): Promise<boolean> {
  return (await isDead(owner)) ?? Date.now() - (await lstat(path)).mtimeMs > ABANDONED_MS
}

async function sweep(folder: string): Promise<void> {
  try {
    for (const name of await readdir(folder)) {
      const owner = SAVE.exec(name)?.groups?.['owner']
      if (owner !== undefined && (await isAbandoned(owner, join(folder, name)))) await unlink(join(folder, name))
    }
  } catch {
    // ENOENT, EACCES, EIO, ...: a failure to tidy up need not concern saving, and another process may be quicker.
  }
}
