import type { StoredFile } from '../storage/stored-file.ts'
import type { SaveOptions } from './save-source.ts'
import { takeOver, toInspectedDraft } from './take-over.ts'
import type { AdoptingSet } from './take-over.ts'

/**
 * Takes a file on the disk that is not a stored file.
 *
 * @throws as `UploadSet.adoptPath`.
 */
export async function adoptPath(target: AdoptingSet, path: string, options: SaveOptions): Promise<StoredFile> {
  const { signal, filename, name, folder } = options
  const { storage } = target
  signal?.throwIfAborted()
  if (storage.draftOfPath === undefined) {
    throw new TypeError(
      `A storage of kind "${storage.kind}" has no files on the disk. Write save(createReadStream(path), { name }).`,
    )
  }
  const found = await storage.draftOfPath(path)
  const head = { filename: filename ?? name ?? found.filename, size: found.sealed.size }
  // Without another name, `name` is the client's name.
  const placement = filename === undefined ? { folder } : { folder, name }
  const draft = await toInspectedDraft(found.sealed, () => target.admit(head, placement))
  const file = await takeOver(draft, found)
  if (file === undefined) throw new TypeError(`${path} was changed or removed while the set took it.`)
  return file
}
