import { open, realpath } from 'node:fs/promises'
import { platform } from 'node:process'
import { isAbsolute, relative, sep } from 'node:path'
import { CommandError } from './command-error.ts'
import { parseCredentials } from './parse-credentials.ts'
import { terminal } from './terminal.ts'

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'this user may not read it'],
  ['EISDIR', 'it is a folder'],
])

/**
 * The text of the file of `--auth`, which is read once: it may be a pipe.
 *
 * @param folder of the uploads, absolute; absent if they are not in a folder
 * @throws {CommandError} for a file that cannot be read or parsed, and for one that clients could fetch.
 */
export async function readAuthFile(path: string, folder: string | undefined): Promise<string> {
  try {
    await using handle = await open(path)
    const stats = await handle.stat()
    // A pipe, such as `<(...)` of a shell, is in no folder and its mode means nothing.
    if (stats.isFile()) await checkPlace(path, folder, stats.mode)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile())
    parseCredentials(text)
    return text
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const code = 'code' in error ? String(error.code) : ''
    const reason = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not text in UTF-8' : REASONS.get(code)
    throw new CommandError(`--auth ${path}: ${reason ?? error.message}`, 2, { cause: error })
  }
}

/** @throws {TypeError} for a file that the server would send to clients. */
async function checkPlace(path: string, folder: string | undefined, mode: number): Promise<void> {
  if (folder !== undefined && (await isBelow(folder, path))) {
    throw new TypeError('it is in the upload folder, so clients could fetch it; move it')
  }
  if ((mode & 0o077) === 0 || platform === 'win32') return
  terminal.warn(`other users of this machine can open ${path}; run chmod 600 to keep them out`)
}

async function isBelow(folder: string, path: string): Promise<boolean> {
  const below = relative(await realpath(folder), await realpath(path))
  return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below)
}
