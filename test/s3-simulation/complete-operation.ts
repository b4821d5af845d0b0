import { createHash } from 'node:crypto'
import type { Completion, OpenUpload, UploadedPart } from './bucket.ts'
import type { Call } from './call.ts'
import { checkWrite } from './conditions.ts'
import { EngineError } from './engine-error.ts'
import { xmlAnswer } from './engine-message.ts'
import type { EngineAnswer } from './engine-message.ts'
import { requireUpload } from './upload-operations.ts'
import { elementsIn, rootElement, textElement, textIn } from './xml.ts'

/** CompleteMultipartUpload. */
export async function completeMultipartUpload(call: Call): Promise<EngineAnswer> {
  const { bucket, key, request, profile } = call
  const id = request.query.get('uploadId') ?? ''
  const former = bucket.completions.get(id)
  if (former !== undefined) return answerAgain(call, former)
  if (bucket.uploads.get(id) === undefined) throw new EngineError(profile.completeUnknown)
  const upload = requireUpload(call)
  const parts = listedParts(call, upload)
  await checkWrite(call, { ifNoneMatch: profile.completeIfNoneMatch, ifMatch: profile.completeIfNoneMatch })
  const completion: Completion = { key, state: 'writing', etag: tagOf(parts) }
  bucket.completions.set(id, completion)
  if (profile.slowComplete) await call.turn()
  bucket.objects.set(key, {
    bytes: Buffer.concat(parts.map(({ bytes }) => bytes)),
    etag: completion.etag,
    headers: upload.headers,
    checksums: new Map(),
    modified: call.now(),
    uploadId: id,
  })
  bucket.uploads.delete(id)
  completion.state = 'answering'
  if (profile.slowComplete) await call.turn()
  completion.state = 'done'
  return completeAnswer(call, profile.completeTellsETag ? completion.etag : '')
}

/**
 * The parts that the request lists.
 *
 * @throws {EngineError} if they are not those that were uploaded.
 */
function listedParts(call: Call, upload: OpenUpload): readonly UploadedPart[] {
  const { request, limits, profile } = call
  const xml = request.body.toString()
  const listed = elementsIn(xml, 'Part')
  const numbers = listed.map((part) => Number(textIn(part, 'PartNumber')))
  if (listed.length === 0 || numbers.includes(Number.NaN)) throw new EngineError('MalformedXML')
  if (profile.unlistedPart === 'refused' && listed.length !== upload.parts.size) throw new EngineError('InvalidPart')
  const isOrdered = numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))
  if (!isOrdered) throw new EngineError(profile.unlistedPart === 'refused' ? 'InvalidPart' : 'InvalidPartOrder')
  const parts = listed.map((part) => listedPart(part, upload))
  if (parts.slice(0, -1).some(({ bytes }) => bytes.length < limits.minPartSize)) throw new EngineError('EntityTooSmall')
  return parts
}

function listedPart(xml: string, { parts, checksumHeader }: OpenUpload): UploadedPart {
  const part = parts.get(Number(textIn(xml, 'PartNumber')))
  const etag = textIn(xml, 'ETag')?.replaceAll('"', '')
  if (part === undefined || `"${etag}"` !== part.etag) throw new EngineError('InvalidPart')
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html: all or none.
  if (checksumHeader !== undefined && !xml.includes('<Checksum')) {
    throw new EngineError('InvalidRequest', 'The complete request must include the checksum for each part.')
  }
  return part
}

/** The answer if the upload was completed before, for example by a request whose answer was lost. */
function answerAgain(call: Call, { key, etag }: Completion): EngineAnswer {
  const { bucket, profile, request } = call
  const isThere = bucket.objects.get(key)?.uploadId === request.query.get('uploadId')
  const told = () => completeAnswer(call, etag)
  if (profile.completeAgain === 'told' && isThere) return told()
  if (profile.completeAgain !== 'varies' || !isThere) throw new EngineError(profile.completeUnknown)
  const refusal = request.headers.has('if-none-match') ? 'PreconditionFailed' : 'NoSuchUpload'
  const way = call.pick(['told', 'NoSuchUpload', refusal] as const)
  if (way === 'told') return told()
  throw new EngineError(way)
}

function completeAnswer({ bucket, key }: Call, etag: string): EngineAnswer {
  const names = [textElement('Bucket', bucket.name), textElement('Key', key), textElement('ETag', etag)]
  return xmlAnswer(rootElement('CompleteMultipartUploadResult', ...names))
}

/** The MD5 of the MD5s, and the number of parts. */
function tagOf(parts: readonly UploadedPart[]): string {
  const hash = createHash('md5')
  for (const { etag } of parts) hash.update(etag.replaceAll('"', ''), 'hex')
  return `"${hash.digest('hex')}-${parts.length}"`
}
