import { MEDIA_TYPE_HINTS } from '../../errors/media-type-hints.ts'
import { UploadError } from '../../errors/upload-error.ts'
import type { ContentType } from '../../http/content-type.ts'
import type { UploadSet } from '../../policy/upload-set.ts'
import { BodyCheck } from '../../receive/body-check.ts'
import type { Receipt } from '../receipt.ts'
import { draftOptions, publishFiles } from '../upload-protocol.ts'
import type { AdmittedUpload } from '../upload-protocol.ts'
import { dispositionFilename } from './disposition-filename.ts'

/**
 * A body that is the file itself. Its name is `key` (PUT: exactly this one), else the one that Content-Disposition
 * gives (POST: a taken name gets a number). With `unseenAs`, files in the storage do not change the answer until the
 * new file is whole and valid.
 *
 * @throws {UploadError} `length-required` for a request without a body. `unsupported-media-type` for a form and for a
 *   coded body; `unsupported-transfer-coding`. `malformed-request` if the file has no name, the body is a part of it,
 *   or a claimed digest is not valid. `digest-mismatch` if the bytes have another digest. `name-taken` and
 *   `invalid-key` for `key`. Also the errors of `UploadSet.draft` and `UploadDraft`. Nothing is left then.
 */
export async function receiveBinary(upload: AdmittedUpload): Promise<Receipt> {
  const { incoming, set, limits, key, unseenAs } = upload
  const { body, contentType, signal } = incoming
  const wanted = unseenAs ?? key
  const filename =
    wanted?.slice(wanted.lastIndexOf('/') + 1) ?? dispositionFilename(incoming.header('content-disposition'))
  checkType(contentType, filename)
  if (body === undefined) throw new UploadError('length-required', {})
  const { maxBodySize, idleTimeoutMs, minRate } = limits
  const fileLimits = [{ maxFileSize: set.maxFileSize, maxFiles: 1 }]
  // A coded file would be served without saying that it is coded (RFC 9110 section 8.4).
  const check = new BodyCheck(incoming, { maxBodySize, fileLimits, mustBeWhole: true })
  if (filename === undefined) {
    const byPut = set.storage.keys === 'once' ? '' : ', or PUT it to a URL that ends in its name'
    const reason = `the file has no name; send Content-Disposition: attachment; filename="..."${byPut}`
    throw new UploadError('malformed-request', { reason })
  }
  // Before the bytes are sent for nothing. If the name is taken meanwhile, `publish` notices it.
  if (unseenAs === undefined) await checkFree(set, key)
  const type = contentType.mediaType?.essence
  const head = { filename, type, size: body.length }
  const placement = wanted === undefined ? await upload.place?.(head) : { key: wanted }
  const draft = set.draft(head, placement, draftOptions(upload))
  try {
    await check.read((chunk, isGiven) => draft.append(chunk, isGiven), { idleTimeoutMs, minRate, signal })
    await draft.seal()
    if (unseenAs !== undefined) await checkFree(set, key)
    const { stored, result } = await publishFiles(upload, [draft], [])
    const published = draft.published === undefined ? [] : [draft.published]
    return {
      files: stored.map((file) => ({ filename, stored: file })),
      published,
      fields: [],
      ...(result !== undefined && { result }),
    }
  } catch (error) {
    await draft.discard()
    throw error
  }
}

async function checkFree(set: UploadSet, key: string | undefined): Promise<void> {
  if (key !== undefined && (await set.get(key)) !== undefined) throw new UploadError('name-taken', { key })
}

/** @throws {UploadError} `unsupported-media-type` for a form. */
function checkType({ text, kind }: ContentType, filename: string | undefined): void {
  if (kind === 'form' || kind === 'multipart') {
    throw new UploadError('unsupported-media-type', { contentType: text, hint: MEDIA_TYPE_HINTS.formByPut })
  }
  // A browser sends these for a form without `enctype`. With a name it is a file.
  if (filename === undefined && (kind === 'urlencoded' || kind === 'text')) {
    throw new UploadError('unsupported-media-type', { contentType: text, hint: MEDIA_TYPE_HINTS.formOrFile })
  }
}
