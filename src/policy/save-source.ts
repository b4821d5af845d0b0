import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { DraftSource, UploadDraftOptions } from './draft-source.ts'
import { openSource } from './file-source.ts'
import type { SaveSource } from './file-source.ts'
import type { UploadDraft } from './upload-draft.ts'
import type { Placement } from './upload-head.ts'

/** Bytes that a draft gets at once. */
const LARGEST_PIECE = 1024 * 1024

/** The folder and the name of a saved file. A source without a name needs `filename` or `name`. */
export type SaveOptions = Omit<Placement, 'key'> & {
  /** The client's name for the file. Default: the name of the source, or `name` if the source has none. */
  readonly filename?: string | undefined
  /** If it aborts, nothing is left behind, and `save` rejects with the reason. */
  readonly signal?: AbortSignal | undefined
}

/** The kinds of `SaveOptions`, for `checkOptions`. */
export const SAVE_KINDS: OptionKinds<SaveOptions> = {
  folder: OPTION_KINDS.text,
  name: OPTION_KINDS.text,
  filename: OPTION_KINDS.text,
  signal: OPTION_KINDS.signal,
}

/** Stores a whole file by way of a draft. If that fails, nothing of it is left. */
export async function saveSource(set: DraftSource, source: SaveSource, options: SaveOptions): Promise<StoredFile> {
  const draft = await sealSource(set, source, options, { reads: 'never' })
  try {
    return await draft.publish()
  } catch (error) {
    await draft.discard()
    throw error
  }
}

/** Makes a whole file a sealed draft, which the caller publishes or discards. If that fails, nothing of it is left. */
export async function sealSource(
  set: DraftSource,
  source: SaveSource,
  options: SaveOptions,
  draftOptions?: UploadDraftOptions,
): Promise<UploadDraft> {
  const { signal, ...rest } = options
  signal?.throwIfAborted()
  const file = openSource('save', source, rest)
  const draft = set.draft(file.head, file.placement, draftOptions)
  await fillDraft(draft, file.chunks(), signal)
  return draft
}

/** Appends all bytes of a file, and seals the draft. If that fails, nothing of it is left. */
export async function fillDraft(
  draft: UploadDraft,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      // A file in memory is one chunk. The storage should be able to make it wait.
      for (let start = 0; start < chunk.byteLength; start += LARGEST_PIECE) {
        signal?.throwIfAborted()
        await draft.append(chunk.subarray(start, start + LARGEST_PIECE))
      }
    }
    await draft.seal()
  } catch (error) {
    await draft.discard()
    throw error
  }
}
