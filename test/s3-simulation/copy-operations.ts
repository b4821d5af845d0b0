import { createHash } from 'node:crypto'
import { numberIn, requireObject } from './call.ts'
import type { Call } from './call.ts'
import type { StoredObject } from './bucket.ts'
import { checkCopySource, checkWrite } from './conditions.ts'
import { EngineError } from './engine-error.ts'
import { xmlAnswer } from './engine-message.ts'
import type { EngineAnswer } from './engine-message.ts'
import { storedHeaders } from './object-headers.ts'
import { putPart, requireUpload } from './upload-operations.ts'
import { exactTime } from './xml-time.ts'
import { rootElement, textElement } from './xml.ts'

/** CopyObject, within a bucket. */
export async function copyObject(call: Call): Promise<EngineAnswer> {
  const { bucket, key, profile, limits, request } = call
  const { source, sourceKey } = copySource(call)
  const isReplaced = request.headers.get('x-amz-metadata-directive')?.toUpperCase() === 'REPLACE'
  if (sourceKey === key && !isReplaced) throw new EngineError('InvalidRequest', 'This copy request is illegal')
  if (source.bytes.length > limits.maxCopySize) throw new EngineError('InvalidRequest', 'The source is too large')
  await checkCopySource(call, source)
  const headers = isReplaced ? storedHeaders(call) : source.headers
  await checkWrite(call, { ifNoneMatch: profile.copyIfNoneMatch, ifMatch: profile.copyIfNoneMatch })
  const { bytes, checksums } = source
  const etag = profile.copyKeepsETag ? source.etag : md5Tag(bytes)
  bucket.objects.set(key, { bytes, checksums, etag, headers, modified: call.now() })
  return copyAnswer('CopyObjectResult', call, etag)
}

/** UploadPartCopy. */
export async function uploadPartCopy(call: Call): Promise<EngineAnswer> {
  const upload = requireUpload(call)
  const { source } = copySource(call)
  await checkCopySource(call, source)
  const bytes = copiedRange(call.request.headers.get('x-amz-copy-source-range'), source.bytes)
  const etag = md5Tag(bytes)
  putPart(upload, numberIn(call.request, 'partNumber', 0), { bytes, etag, modified: call.now(), checksums: new Map() })
  return copyAnswer('CopyPartResult', call, etag)
}

function copySource({ bucket, request }: Call): { source: StoredObject; sourceKey: string } {
  const header = decodeURIComponent(request.headers.get('x-amz-copy-source') ?? '').replace(/^\//, '')
  const slash = header.indexOf('/')
  if (slash < 0) throw new EngineError('InvalidArgument', 'Copy Source must mention the source bucket and key')
  if (header.slice(0, slash) !== bucket.name) throw new EngineError('NoSuchBucket')
  const sourceKey = header.slice(slash + 1)
  return { source: requireObject(bucket, sourceKey), sourceKey }
}

function copiedRange(header: string | undefined, bytes: Buffer): Buffer {
  if (header === undefined) return bytes
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? []
  if (from === undefined || to === undefined) throw new EngineError('InvalidArgument')
  if (Number(to) < Number(from) || Number(to) >= bytes.length) throw new EngineError('InvalidRange')
  return bytes.subarray(Number(from), Number(to) + 1)
}

function md5Tag(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`
}

/** Ceph tells the ETag without quotes here. */
function copyAnswer(name: string, { now, profile }: Call, etag: string): EngineAnswer {
  const told = profile.cephLists ? etag.replaceAll('"', '') : etag
  return xmlAnswer(rootElement(name, textElement('LastModified', exactTime(now(), profile)), textElement('ETag', told)))
}
