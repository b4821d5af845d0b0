import { createHash } from 'node:crypto'
import type { OpenUpload, UploadedPart } from './bucket.ts'
import { numberIn } from './call.ts'
import type { Call } from './call.ts'
import { EngineError } from './engine-error.ts'
import { emptyAnswer, xmlAnswer } from './engine-message.ts'
import type { EngineAnswer } from './engine-message.ts'
import { storedHeaders } from './object-headers.ts'
import { checksumHeader, readPayload } from './payload.ts'
import { exactTime } from './xml-time.ts'
import { element, rootElement, textElement } from './xml.ts'

const MAX_PARTS = 10_000

/** CreateMultipartUpload. */
export function createMultipartUpload(call: Call): EngineAnswer {
  const { bucket, key, request, profile } = call
  const algorithm = profile.checksums ? request.headers.get('x-amz-checksum-algorithm') : undefined
  const id = newUploadId(call)
  bucket.uploads.set(id, {
    id,
    key,
    headers: storedHeaders(call),
    initiated: call.now(),
    checksumHeader: algorithm === undefined ? undefined : checksumHeader(algorithm),
    parts: new Map(),
  })
  const names = [textElement('Bucket', bucket.name), textElement('Key', key), textElement('UploadId', id)]
  return xmlAnswer(rootElement('InitiateMultipartUploadResult', ...names))
}

/** UploadPart. */
export function uploadPart(call: Call): EngineAnswer {
  const upload = requireUpload(call)
  const payload = readPayload(call.request, call.profile)
  putPart(upload, numberIn(call.request, 'partNumber', 0), { ...payload, modified: call.now() })
  return emptyAnswer(200, { etag: payload.etag, ...Object.fromEntries(payload.checksums) })
}

/** AbortMultipartUpload. */
export function abortMultipartUpload(call: Call): EngineAnswer {
  const { bucket, request } = call
  const id = request.query.get('uploadId') ?? ''
  const completion = bucket.completions.get(id)
  // Ceph hands the parts to its garbage collection, although a completed object consists of them.
  if (completion !== undefined && completion.state !== 'done') bucket.doomed.add(id)
  if (completion?.state !== 'writing') requireUpload(call)
  bucket.uploads.delete(id)
  return emptyAnswer(204)
}

/** ListParts. */
export function listParts(call: Call): EngineAnswer {
  const { bucket, key, request, profile } = call
  const upload = requireUpload(call, profile.cephLists ? 'NoSuchKey' : 'NoSuchUpload')
  const marker = numberIn(request, 'part-number-marker', 0)
  const most = Math.min(numberIn(request, 'max-parts', 1000), 1000)
  const after = [...upload.parts].filter(([number]) => number > marker).toSorted(([one], [two]) => one - two)
  const parts = after.slice(0, most)
  const head = [
    textElement('Bucket', bucket.name),
    textElement('Key', key),
    textElement('UploadId', upload.id),
    textElement('PartNumberMarker', marker),
    textElement('NextPartNumberMarker', parts.at(-1)?.[0] ?? 0),
    textElement('MaxParts', most),
    textElement('IsTruncated', after.length > most),
  ]
  return xmlAnswer(rootElement('ListPartsResult', ...head, ...parts.map(([number, part]) => toXml(number, part, call))))
}

/** @throws {EngineError} if the upload does not exist (any more). */
export function requireUpload(
  { bucket, key, request }: Call,
  code: 'NoSuchUpload' | 'NoSuchKey' = 'NoSuchUpload',
): OpenUpload {
  const upload = bucket.uploads.get(request.query.get('uploadId') ?? '')
  if (upload?.key !== key) throw new EngineError(code)
  return upload
}

/** Keeps a part, in place of a former one. */
export function putPart(upload: OpenUpload, number: number, part: UploadedPart): void {
  if (number < 1 || number > MAX_PARTS) throw new EngineError('InvalidArgument', 'Part number must be 1 to 10000')
  upload.parts.set(number, part)
}

/** Unique, and the same in every run of a test. */
function newUploadId({ bucket, key }: Call): string {
  bucket.createdUploads += 1
  return `2~${createHash('md5').update(`${bucket.createdUploads} ${key}`).digest('hex')}`
}

function toXml(number: number, { bytes, etag, modified }: UploadedPart, { profile }: Call): string {
  return element(
    'Part',
    textElement('PartNumber', number),
    textElement('LastModified', exactTime(modified, profile)),
    textElement('ETag', etag),
    textElement('Size', bytes.length),
  )
}
