import { randomBytes } from 'node:crypto'
import { constants, open as openCallback } from 'node:fs'
import { link, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { UploadError } from '../../errors/upload-error.ts'
import { FileWriter } from '../../file/file-writer.ts'
import { processOwner } from '../../file/process-owner.ts'
import { toStorageError } from '../../file/storage-error.ts'
import { hasCode, hasNoLinks } from '../../file/system-error.ts'
import type { SaveFileOptions } from './spool.ts'
import { sweepSaves } from './save-sweep.ts'

const openFile = promisify(openCallback)

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
const HIGH_WATER_MARK = 1024 * 1024

/**
 * Writes a file beside `path` and gives it that name when it is whole. Until then, and after any failure, `path` is as
 * it was before. A symlink at `path` is never followed.
 *
 * @throws {UploadError} `name-taken` if the path exists and `overwrite` is not set; `storage-full` and `storage-failed`
 *   with the system's error as the cause.
 * @throws {TypeError} if the folder does not exist.
 */
export async function saveFile(
  path: string,
  source: AsyncIterable<Uint8Array>,
  { overwrite = false }: SaveFileOptions,
): Promise<void> {
  await sweepSaves(dirname(path))
  // It names its owner, so that a later process recognises it after a crash.
  const temporary = join(dirname(path), `.decant-${processOwner()}.${randomBytes(16).toString('hex')}`)
  const remove = (): Promise<void> => unlink(temporary).catch(ignore)
  const writer = new FileWriter({ open: () => create(temporary), remove }, { highWaterMark: HIGH_WATER_MARK })
  try {
    for await (const chunk of source) await writer.append(chunk)
    await writer.finish()
    if (overwrite) await rename(temporary, path)
    else await giveFreeName(temporary, path, remove)
  } catch (error) {
    await writer.abort(new Error('Saving failed.', { cause: error }))
    throw toStorageError(error)
  }
}

async function create(path: string): Promise<number> {
  try {
    return await openFile(path, NEW_FILE, 0o666)
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
    const hint = 'Make it when the server starts: await mkdir(folder, { recursive: true }).'
    throw new TypeError(`There is no folder ${dirname(path)} to save a file into. ${hint}`, { cause: error })
  }
}

async function giveFreeName(temporary: string, path: string, remove: () => Promise<void>): Promise<void> {
  const taken = (): UploadError => new UploadError('name-taken', { key: basename(path) })
  try {
    await link(temporary, path)
    await remove()
    return
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw taken()
    if (!hasNoLinks(error)) throw error
  }
  try {
    // An empty file holds the name while the whole one takes its place.
    await (await open(path, 'wx')).close()
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw taken()
    throw error
  }
  try {
    await rename(temporary, path)
  } catch (error) {
    await unlink(path).catch(ignore)
    throw error
  }
}

/** ENOENT, EACCES, EIO, ...: nothing more can be done, and the caller is told of the earlier failure. */
function ignore(): void {}
