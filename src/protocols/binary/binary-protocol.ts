import { ClaimedDigests } from '../../digest/claimed-digests.ts'
import { MEDIA_TYPE_HINTS } from '../../errors/media-type-hints.ts'
import { UploadError } from '../../errors/upload-error.ts'
import { checkCodings } from '../../http/check-codings.ts'
import { toMediaType } from '../../http/media-type.ts'
import type { Incoming } from '../../http/incoming.ts'
import type { UploadSet } from '../../policy/upload-set.ts'
import { bodyTooLarge } from '../../receive/body-too-large.ts'
import type { FormLimits } from '../../receive/form-limits.ts'
import { checkWhole } from '../check-whole.ts'
import type { Receipt } from '../receipt.ts'
import { dispositionFilename } from './disposition-filename.ts'

/** Types that a browser sends for a form without `enctype`: almost never a file. */
const FORM_TYPES: readonly (string | undefined)[] = ['application/x-www-form-urlencoded', 'text/plain']

/**
 * A body that is the file itself. Its name is `key` (PUT: exactly this one), else the one that Content-Disposition gives
 * (POST: a taken one is numbered).
 *
 * @param unseenAs given if the client may not learn whether `key` is taken: the name as the client spells it. Until the file
 *   is whole and valid, no file in the storage changes the answer.
 * @throws {UploadError} `length-required` for a request without a body; `unsupported-media-type` for what is really a
 *   form, and for a coded body; `unsupported-transfer-coding`; `malformed-request` if the file has no name, the body is
 *   a part of it, or a claimed digest is not valid; `digest-mismatch` where the bytes have another one; `name-taken`
 *   and `invalid-key` for `key`; and what `UploadSet.draft` and `UploadDraft` throw. Nothing is left then.
 */
export async function receiveBinary(
  incoming: Incoming,
  set: UploadSet,
  limits: FormLimits,
  key?: string,
  unseenAs?: string,
): Promise<Receipt> {
  const { body, signal } = incoming
  const contentType = incoming.header('content-type')
  const wanted = unseenAs ?? key
  const filename =
    wanted?.slice(wanted.lastIndexOf('/') + 1) ?? dispositionFilename(incoming.header('content-disposition'))
  checkBody(incoming, key !== undefined, filename)
  if (body === undefined) throw new UploadError('length-required', {})
  if (filename === undefined) {
    const reason = `the file has no name; send Content-Disposition: attachment; filename="...", or PUT it to a URL that ends in its name`
    throw new UploadError('malformed-request', { reason })
  }
  const claimed = ClaimedDigests.of(incoming)
  const tooLarge = (): UploadError => bodyTooLarge(limits.maxBodySize, [{ maxFileSize: set.maxFileSize, maxFiles: 1 }])
  if (body.length !== undefined && body.length > limits.maxBodySize) throw tooLarge()
  // Told before the bytes have come in vain. If the name is taken meanwhile, `publish` notices.
  if (unseenAs === undefined) await checkFree(set, key)
  const draft = set.draft({ filename, contentType, size: body.length }, { key: wanted })
  try {
    const take = (chunk: Uint8Array, isGiven?: boolean): Promise<void> | undefined => {
      if (draft.size + chunk.length > limits.maxBodySize) throw tooLarge()
      claimed?.append(chunk)
      return draft.append(chunk, isGiven)
    }
    await body.read(take, { idleTimeoutMs: limits.idleTimeoutMs, minRate: limits.minRate, signal })
    claimed?.verify()
    await draft.seal()
    if (unseenAs !== undefined) await checkFree(set, key)
    const stored = await draft.publish()
    const published = draft.published === undefined ? [] : [draft.published]
    return { files: [{ filename, stored }], published, fields: [] }
  } catch (error) {
    await draft.discard()
    throw error
  }
}

async function checkFree(set: UploadSet, key: string | undefined): Promise<void> {
  if (key !== undefined && (await set.get(key)) !== undefined) throw new UploadError('name-taken', { key })
}

function checkBody({ header }: Incoming, isPut: boolean, filename: string | undefined): void {
  const contentType = header('content-type') ?? ''
  const essence = toMediaType(contentType)?.essence
  if (essence?.startsWith('multipart/') === true) {
    throw new UploadError('unsupported-media-type', { contentType, hint: MEDIA_TYPE_HINTS.formByPut })
  }
  if (!isPut && filename === undefined && FORM_TYPES.includes(essence)) {
    throw new UploadError('unsupported-media-type', { contentType, hint: MEDIA_TYPE_HINTS.formOrFile })
  }
  // Kept as it comes, such a file would be served without saying that it is coded (RFC 9110 section 8.4).
  checkCodings({ header })
  checkWhole({ header })
}
