import { UploadError } from '../../errors/upload-error.ts'
import type { Incoming } from '../../http/incoming.ts'
import type { UploadDraft } from '../../policy/upload-draft.ts'
import type { UploadSet } from '../../policy/upload-set.ts'
import type { FormLimits } from '../../receive/form-limits.ts'
import { readForm } from '../../receive/read-form.ts'
import type { FileHead, FileSink } from '../../receive/read-form.ts'
import type { Receipt, ReceivedFile } from '../receipt.ts'
import { takeBack } from '../take-back.ts'

/**
 * A form (RFC 7578) whose files go to one set as they arrive, under its policy: all of them are kept, or none.
 *
 * @throws {UploadError} `missing-file` for a form without a file, `no-file-selected` for one in which nothing was chosen,
 *   and what `readForm`, `UploadSet.draft` and `UploadDraft` throw; nothing is left of the form then.
 */
export async function receiveForm(incoming: Incoming, set: UploadSet, limits: FormLimits): Promise<Receipt> {
  const drafts: { readonly head: FileHead; readonly draft: UploadDraft }[] = []
  let inputs = 0
  const openFile = (head: FileHead): FileSink => {
    inputs += 1
    if (head.filename === '') return new EmptyInput()
    const draft = set.draft(head)
    drafts.push({ head, draft })
    return { append: (bytes) => draft.append(bytes), end: () => draft.seal() }
  }
  try {
    const fields = await readForm(incoming, { limits, openFile, signal: incoming.signal })
    if (drafts.length === 0) throw new UploadError(inputs === 0 ? 'missing-file' : 'no-file-selected', {})
    return { files: await publishAll(drafts, set), fields }
  } catch (error) {
    await Promise.all(drafts.map(({ draft }) => draft.discard()))
    throw error
  }
}

/** Publishes in the order of the form; what is published already goes again when a later one fails. */
async function publishAll(
  drafts: readonly { readonly head: FileHead; readonly draft: UploadDraft }[],
  set: UploadSet,
): Promise<ReceivedFile[]> {
  const files: ReceivedFile[] = []
  try {
    for (const { head, draft } of drafts) {
      // One after the other, so that files of one name are numbered in the order of the form.
      // oxlint-disable-next-line no-await-in-loop
      files.push({ field: head.field, filename: head.filename, stored: await draft.publish() })
    }
    return files
  } catch (error) {
    await takeBack(set, files)
    throw error
  }
}

/** A file input in which nothing was chosen. Browsers send it without bytes. */
class EmptyInput implements FileSink {
  append(): never {
    throw new UploadError('malformed-body', { reason: 'a file has bytes but no name' })
  }

  end(): undefined {}
}
