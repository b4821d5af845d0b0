import { close, constants, fsync, open } from 'node:fs'
import { platform } from 'node:process'
import { promisify } from 'node:util'

const closeFile = promisify(close)
const openFile = promisify(open)
const syncFile = promisify(fsync)

/**
 * Flushes the names in a folder to the medium: flushing a file does not flush its name. Does nothing on Windows, which
 * cannot open folders. Rejects with the system's error.
 */
export async function flushFolder(path: string): Promise<void> {
  if (platform === 'win32') return
  const folder = await openFile(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await syncFile(folder)
  } finally {
    await closeFile(folder)
  }
}
