import { requireObject } from './call.ts'
import type { Call } from './call.ts'
import type { StoredObject } from './bucket.ts'
import { checkWrite, isNotModified } from './conditions.ts'
import { EngineError } from './engine-error.ts'
import { emptyAnswer, xmlAnswer } from './engine-message.ts'
import type { EngineAnswer } from './engine-message.ts'
import { objectHeaders, storedHeaders } from './object-headers.ts'
import { readPayload } from './payload.ts'
import { element, elementsIn, rootElement, textElement, textIn } from './xml.ts'

/** PutObject. */
export async function putObject(call: Call): Promise<EngineAnswer> {
  const { bucket, key, request, profile } = call
  const payload = readPayload(request, profile)
  const headers = storedHeaders(call)
  await checkWrite(call, { ifNoneMatch: profile.putIfNoneMatch, ifMatch: profile.putIfMatch })
  bucket.objects.set(key, { ...payload, headers, modified: call.now() })
  return emptyAnswer(200, { etag: payload.etag, ...Object.fromEntries(payload.checksums) })
}

/** GetObject. */
export function getObject(call: Call): EngineAnswer {
  const object = requireObject(call.bucket, call.key)
  if (isNotModified(call, object)) return emptyAnswer(304, { etag: object.etag })
  const range = requestedRange(call.request.headers.get('range'), object.bytes.length)
  const headers = { ...objectHeaders(object), ...answerOverrides(call), ...checksumHeaders(call, object) }
  if (range === undefined) return { status: 200, headers, body: object.bytes }
  const body = object.bytes.subarray(range.start, range.end)
  const contentRange = `bytes ${range.start}-${range.end - 1}/${object.bytes.length}`
  return {
    status: 206,
    headers: { ...headers, 'content-length': String(body.length), 'content-range': contentRange },
    body,
  }
}

/** HeadObject. An object whose bytes were destroyed still has its head on Ceph. */
export function headObject(call: Call): EngineAnswer {
  const object = call.bucket.objects.get(call.key)
  if (object === undefined) throw new EngineError('NoSuchKey')
  if (isNotModified(call, object)) return emptyAnswer(304, { etag: object.etag })
  return emptyAnswer(200, { ...objectHeaders(object), ...checksumHeaders(call, object) })
}

/** DeleteObject. */
export async function deleteObject(call: Call): Promise<EngineAnswer> {
  const { bucket, key, profile } = call
  await checkWrite(call, { ifNoneMatch: 'ignored', ifMatch: profile.deleteIfMatch })
  bucket.objects.delete(key)
  return emptyAnswer(204)
}

/** DeleteObjects: at most 1,000 keys. */
export function deleteObjects({ bucket, request, profile }: Call): EngineAnswer {
  const { bytes, checksums } = readPayload(request, profile)
  const isProven = checksums.size > 0 || request.headers.has('content-md5') || !profile.checksums
  if (!isProven) throw new EngineError('InvalidRequest', 'Missing required header for this request: Content-MD5')
  const xml = bytes.toString()
  const keys = elementsIn(xml, 'Object').map((object) => textIn(object, 'Key') ?? '')
  if (keys.length === 0 || keys.length > 1000 || keys.includes('')) throw new EngineError('MalformedXML')
  for (const key of keys) bucket.objects.delete(key)
  const told = textIn(xml, 'Quiet') === 'true' ? [] : keys
  const deleted = told.map((key) => element('Deleted', textElement('Key', key)))
  return xmlAnswer(rootElement('DeleteResult', ...deleted))
}

/** @throws {EngineError} `InvalidRange` if no byte of the object is in the range. */
function requestedRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (from === '' && to === '') return undefined
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1)
  if (from !== '' && to !== '' && Number(to) < start) return undefined
  if (start >= end) throw new EngineError('InvalidRange')
  return { start, end }
}

/** `response-content-type=...` in the query of a presigned URL. */
function answerOverrides({ request }: Call): Record<string, string> {
  const overrides = [...request.query]
    .filter(([name]) => name.startsWith('response-'))
    .map(([name, value]) => [name.slice('response-'.length), value])
  return Object.fromEntries(overrides)
}

function checksumHeaders({ request }: Call, { checksums }: StoredObject): Record<string, string> {
  if (request.headers.get('x-amz-checksum-mode')?.toUpperCase() !== 'ENABLED') return {}
  return Object.fromEntries(request.headers.has('range') ? [] : checksums)
}
