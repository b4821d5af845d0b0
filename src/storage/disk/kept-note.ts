import { readFile, writeFile } from 'node:fs/promises'
import { hasCode } from '../../file/system-error.ts'

/** The facts that are written beside a draft that was set aside. */
export interface KeptNote {
  readonly expiresAt: Date
  readonly note: string
}

/** Writes down that the draft is whole and set aside. `path` is the place that the draft gets afterwards. */
export async function writeKeptNote(path: string, { expiresAt, note }: KeptNote, durable: boolean): Promise<void> {
  const metadata = JSON.stringify({ expiresAt: expiresAt.toISOString(), note })
  await writeFile(`${path}.json`, metadata, { mode: 0o600, flush: durable })
}

/** The note of the draft at `path`. `undefined` if there is no note, or only a part of it. */
export async function readKeptNote(path: string): Promise<KeptNote | undefined> {
  try {
    const metadata: unknown = JSON.parse(await readFile(`${path}.json`, 'utf8'))
    if (typeof metadata !== 'object' || metadata === null) return undefined
    if (!('note' in metadata && typeof metadata.note === 'string')) return undefined
    if (!('expiresAt' in metadata && typeof metadata.expiresAt === 'string')) return undefined
    return { expiresAt: new Date(metadata.expiresAt), note: metadata.note }
  } catch (error) {
    // A process that was killed while it wrote leaves a part of the note.
    if (hasCode(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return undefined
    throw error
  }
}
