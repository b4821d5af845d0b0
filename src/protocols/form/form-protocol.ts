import { NO_FILENAME_HINTS } from '../../errors/no-filename-hints.ts'
import { UploadError } from '../../errors/upload-error.ts'
import type { UploadDraft } from '../../policy/upload-draft.ts'
import type { Placement } from '../../policy/upload-head.ts'
import { IgnoredFile } from '../../receive/ignored-file.ts'
import { LateSink } from '../../receive/late-sink.ts'
import { readForm } from '../../receive/read-form.ts'
import type { FileHead, FileSink } from '../../receive/read-form.ts'
import type { StoredFile } from '../../storage/stored-file.ts'
import type { Receipt, ReceivedFile, SkippedFile } from '../receipt.ts'
import { draftOptions, publishFiles } from '../upload-protocol.ts'
import type { AdmittedUpload, UploadProtocol } from '../upload-protocol.ts'
import { companionFile } from './companion-file.ts'

/** A form that is sent to the URL of a set. A file's own URL takes no form. */
export const formProtocol: UploadProtocol = {
  claims: ({ incoming, key }) => key === undefined && incoming.contentType.kind === 'form',
  receive: receiveForm,
}

/** A file of the form. It has no draft before its place is known. */
interface ArrivingFile {
  readonly head: FileHead
  draft: UploadDraft | undefined
}

/**
 * A form (RFC 7578) whose files go to one set as they arrive, under its policy: all of them are kept, or none.
 *
 * @throws {UploadError} `missing-file` for a form without a file. `no-file-selected` if no file was chosen, or if every
 *   file was skipped. `malformed-request` if the form says that it has a part of a file. Also the errors of `readForm`,
 *   `UploadSet.draft` and `UploadDraft`. No file of the form is kept then.
 */
export async function receiveForm(upload: AdmittedUpload): Promise<Receipt> {
  const { incoming, set, limits, skipCompanions = false } = upload
  const files: ArrivingFile[] = []
  let isOver = false
  const skipped: SkippedFile[] = []
  let inputs = 0
  const skip = ({ field, filename }: FileHead): void => void skipped.push({ field, filename })
  const openDraft = (head: FileHead): FileSink => {
    if (files.length >= limits.maxFiles) throw new UploadError('too-many-files', { limit: limits.maxFiles })
    const file: ArrivingFile = { head, draft: undefined }
    files.push(file)
    const begin = (placement?: Placement): FileSink => {
      if (isOver) return new IgnoredFile()
      const draft = set.draft(head, placement, draftOptions(upload))
      file.draft = draft
      return { append: (bytes, isGiven) => draft.append(bytes, isGiven), end: () => draft.seal() }
    }
    const placement = upload.place?.(head)
    return placement instanceof Promise ? new LateSink(placement.then(begin)) : begin(placement)
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
    if (files.length === 0) {
      if (inputs > 0) throw nothingSelected(skipped)
      throw new UploadError('missing-file', fields.length === 0 ? {} : { hint: NO_FILENAME_HINTS.form })
    }
    const drafts = toDrafts(files)
    const { stored, result } = await publishFiles(upload, drafts, fields)
    return {
      files: stored.map((file, index) => toReceivedFile(file, files[index]?.head)),
      published: drafts.flatMap((draft) => draft.published ?? []),
      fields,
      ...(skipped.length > 0 && { skipped }),
      ...(result !== undefined && { result }),
    }
  } catch (error) {
    isOver = true
    await Promise.all(toDrafts(files).map((draft) => draft.discard()))
    throw error
  }
}

function toDrafts(files: readonly ArrivingFile[]): UploadDraft[] {
  return files.flatMap(({ draft }) => draft ?? [])
}

function nothingSelected(skipped: readonly SkippedFile[]): UploadError<'no-file-selected'> {
  const names = skipped.map(({ filename }) => filename)
  return new UploadError('no-file-selected', names.length === 0 ? {} : { skipped: names })
}

function toReceivedFile(stored: StoredFile, head: FileHead | undefined): ReceivedFile {
  return { ...(head !== undefined && { field: head.field }), filename: stored.filename, stored }
}
