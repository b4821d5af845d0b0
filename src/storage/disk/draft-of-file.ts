import { fsync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pathIn } from '../../file/path-in.ts'
import { isSameFile } from '../../file/same-file.ts'
import { hasCode, hasNoLinks } from '../../file/system-error.ts'
import type { SealedDraft } from '../draft.ts'
import { toEntry, versionOf } from './disk-entry.ts'
import { DiskDraft } from './disk-draft.ts'
import { newDraftId } from './draft-id.ts'
import type { DraftPlace } from './draft-place.ts'
import { OpenDiskFile } from './open-disk-file.ts'
import type { FoundFile } from './open-disk-file.ts'
import { removeName, SealedDiskDraft } from './sealed-disk-draft.ts'

const syncFile = promisify(fsync)

/**
 * A sealed draft with the bytes of a stored file, which is closed then. `undefined` if the file is gone or has another
 * version. Rejects with the system's error.
 */
export async function draftOfFile(
  place: DraftPlace,
  key: string,
  found: FoundFile,
  version: string,
): Promise<SealedDraft | undefined> {
  const file = new OpenDiskFile(toEntry(key, found.stats, undefined), found.file, undefined)
  try {
    if (file.entry.version !== version) return undefined
    const linked = await linkedDraft(place, join(place.root, key), found)
    return linked === 'no links' ? await copiedDraft(place, file) : linked
  } finally {
    await file.close()
  }
}

/**
 * A sealed draft that is another name of an open file. `undefined` if the file has lost its path or was changed since
 * it was opened.
 */
export async function linkedDraft(
  place: DraftPlace,
  path: string,
  { file, stats }: FoundFile,
): Promise<SealedDraft | 'no links' | undefined> {
  const { folder, durable } = place
  await folder.prepare()
  if (!(await folder.canLink())) return 'no links'
  const id = newDraftId()
  const link = await makeLink(place, path, id)
  if (link === 'no links' || link === undefined) return link
  const { draft } = link
  try {
    // Another process may have put a symlink or another file there since this one was opened.
    const linked = await folder.calls.find(draft)
    if (linked === undefined || !isSameFile(stats, linked) || versionOf(linked) !== versionOf(stats)) {
      await removeName(folder.calls, draft)
      return undefined
    }
    if (durable) await syncFile(file)
    return new SealedDiskDraft(place, draft, id, linked)
  } catch (error) {
    await removeName(folder.calls, draft)
    throw error
  }
}

/** A sealed draft with a copy of an open file, which is closed then. */
export async function copiedDraft(place: DraftPlace, file: OpenDiskFile): Promise<SealedDraft> {
  const draft = new DiskDraft(place, { expectedSize: file.entry.size })
  try {
    for await (const chunk of file.stream()) await draft.append(chunk)
    return await draft.seal()
  } catch (error) {
    await draft.discard()
    throw error
  }
}

/** Makes a link in the private folder. `undefined` if there is no file at `path`. */
async function makeLink(
  { folder }: DraftPlace,
  path: string,
  id: string,
): Promise<{ readonly draft: string } | 'no links' | undefined> {
  for (let isRestored = false; ; isRestored = true) {
    const draft = pathIn(folder.ownDrafts, id)
    try {
      await folder.calls.link(path, draft)
      return { draft }
    } catch (error) {
      if (hasNoLinks(error)) return 'no links'
      if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
      if (isRestored) return undefined
      // The private folder may be missing, because an operator has removed it.
      await folder.restore()
    }
  }
}
