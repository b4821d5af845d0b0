import type { StoredFile } from '../storage/stored-file.ts'
import { openSource } from './file-source.ts'
import type { SaveSource } from './file-source.ts'
import type { UploadDraft } from './upload-draft.ts'
import type { Placement, UploadHead } from './upload-head.ts'

/** The folder and the name of a saved file. A source without a name needs `name`. */
export type SaveOptions = Omit<Placement, 'key'> & {
  /** If it aborts, nothing is left behind, and `save` rejects with the reason. */
  readonly signal?: AbortSignal | undefined
}

/** Stores a whole file by way of a draft. If that fails, nothing of it is left. */
export async function saveSource(
  openDraft: (head: UploadHead, placement: Placement) => UploadDraft,
  source: SaveSource,
  options: SaveOptions,
): Promise<StoredFile> {
  const { signal, ...rest } = options
  signal?.throwIfAborted()
  const file = openSource('save', source, rest)
  const draft = openDraft(file.head, file.placement)
  try {
    for await (const chunk of file.chunks()) {
      signal?.throwIfAborted()
      await draft.append(chunk)
    }
    await draft.seal()
    return await draft.publish()
  } catch (error) {
    await draft.discard()
    throw error
  }
}
