import { NO_FILENAME_HINTS } from '../../errors/no-filename-hints.ts'
import { UploadError } from '../../errors/upload-error.ts'
import { publishTogether } from '../../policy/publish-together.ts'
import type { UploadDraft } from '../../policy/upload-draft.ts'
import { IgnoredFile } from '../../receive/ignored-file.ts'
import { readForm } from '../../receive/read-form.ts'
import type { FileHead, FileSink } from '../../receive/read-form.ts'
import type { StoredFile } from '../../storage/stored-file.ts'
import type { Receipt, ReceivedFile, SkippedFile } from '../receipt.ts'
import type { AdmittedUpload, UploadProtocol } from '../upload-protocol.ts'
import { companionFile } from './companion-file.ts'

/** A form that is sent to the URL of a set. A file's own URL takes no form. */
export const formProtocol: UploadProtocol = {
  claims: ({ incoming, key }) => key === undefined && incoming.contentType.kind === 'form',
  receive: receiveForm,
}

/**
 * A form (RFC 7578) whose files go to one set as they arrive, under its policy: all of them are kept, or none.
 *
 * @throws {UploadError} `missing-file` for a form without a file. `no-file-selected` if no file was chosen, or if every
 *   file was skipped. `malformed-request` if the form says that it has a part of a file. Also the errors of `readForm`,
 *   `UploadSet.draft` and `UploadDraft`. No file of the form is kept then.
 */
export async function receiveForm({ incoming, set, limits, skipCompanions = false }: AdmittedUpload): Promise<Receipt> {
  const drafts: { readonly head: FileHead; readonly draft: UploadDraft }[] = []
  const skipped: SkippedFile[] = []
  let inputs = 0
  const skip = ({ field, filename }: FileHead): void => void skipped.push({ field, filename })
  const openDraft = (head: FileHead): FileSink => {
    if (drafts.length >= limits.maxFiles) throw new UploadError('too-many-files', { limit: limits.maxFiles })
    const draft = set.draft(head)
    drafts.push({ head, draft })
    return { append: (bytes, isGiven) => draft.append(bytes, isGiven), end: () => draft.seal() }
  }
  const openFile = (head: FileHead): FileSink => {
    inputs += 1
    if (head.filename === '') return new IgnoredFile()
    return (skipCompanions ? companionFile(head, { skip, open: openDraft }) : undefined) ?? openDraft(head)
  }
  // Every file may have a companion, which only its bytes tell from a file. A skipped one does not count.
  const formLimits = skipCompanions ? { ...limits, maxFiles: Infinity } : limits
  try {
    const { fields } = await readForm(incoming, {
      limits: formLimits,
      fileLimits: [set],
      mustBeWhole: true,
      openFile,
      signal: incoming.signal,
    })
    if (drafts.length === 0) {
      if (inputs > 0) throw nothingSelected(skipped)
      throw new UploadError('missing-file', fields.length === 0 ? {} : { hint: NO_FILENAME_HINTS.form })
    }
    const stored = await publishTogether(drafts.map(({ draft }) => draft))
    return {
      files: stored.map((file, index) => toReceivedFile(file, drafts[index]?.head)),
      published: drafts.flatMap(({ draft }) => draft.published ?? []),
      fields,
      ...(skipped.length > 0 && { skipped }),
    }
  } catch (error) {
    await Promise.all(drafts.map(({ draft }) => draft.discard()))
    throw error
  }
}

function nothingSelected(skipped: readonly SkippedFile[]): UploadError<'no-file-selected'> {
  const names = skipped.map(({ filename }) => filename)
  return new UploadError('no-file-selected', names.length === 0 ? {} : { skipped: names })
}

function toReceivedFile(stored: StoredFile, head: FileHead | undefined): ReceivedFile {
  return { ...(head !== undefined && { field: head.field }), filename: stored.filename, stored }
}
