import { constants, fsync } from 'node:fs'
import { promisify } from 'node:util'
import type { DiskCalls } from '../../file/disk-calls.ts'
import { writeAll } from '../../file/write-all.ts'

const syncFile = promisify(fsync)

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** Writes a small private file, which must not exist yet. Rejects with the system's error. */
export async function writeNewFile(calls: DiskCalls, path: string, text: string, durable: boolean): Promise<void> {
  const file = await calls.open(path, NEW_FILE, 0o600)
  try {
    if (text !== '') await writeAll((...call) => calls.write(...call), file, [Buffer.from(text)], 0)
    if (durable) await syncFile(file)
  } finally {
    await calls.close(file)
  }
}
