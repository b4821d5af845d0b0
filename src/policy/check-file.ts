import type { FileRecord } from '../storage/storage-entry.ts'
import type { CheckedFile } from './checked-file.ts'
import type { DraftSource } from './draft-source.ts'
import { openSource } from './file-source.ts'
import type { FileSource, SaveSource } from './file-source.ts'
import type { SaveOptions } from './save-source.ts'

/**
 * Judges a whole file by the policy of a set. Nothing of the file is kept.
 *
 * @param readsAgain whether the checks of the set read the file again
 * @throws as `UploadSet.check`.
 */
export async function checkFile(
  set: DraftSource,
  source: SaveSource,
  { signal, ...options }: SaveOptions,
  readsAgain: boolean,
): Promise<CheckedFile> {
  signal?.throwIfAborted()
  const file = openSource('check', source, options)
  return readsAgain && !file.isReadable ? checkInDraft(set, file, signal) : checkInPlace(set, file, signal)
}

async function checkInPlace(set: DraftSource, file: FileSource, signal: AbortSignal | undefined): Promise<CheckedFile> {
  const inspection = set.inspection(file.head, file.placement)
  for await (const chunk of file.chunks()) {
    signal?.throwIfAborted()
    inspection.append(chunk)
  }
  const { size } = inspection
  inspection.checkSize()
  return toCheckedFile(await inspection.inspect({ size, stream: () => file.chunks() }), size)
}

/** Holds the bytes in a draft meanwhile: the checks read them again, and the source can be read once. */
async function checkInDraft(set: DraftSource, file: FileSource, signal: AbortSignal | undefined): Promise<CheckedFile> {
  const draft = set.draft(file.head, file.placement)
  try {
    for await (const chunk of file.chunks()) {
      signal?.throwIfAborted()
      await draft.append(chunk)
    }
    await draft.seal()
    return toCheckedFile(draft.record, draft.size)
  } finally {
    await draft.discard()
  }
}

function toCheckedFile(record: FileRecord, size: number): CheckedFile {
  return { ...record, size }
}
