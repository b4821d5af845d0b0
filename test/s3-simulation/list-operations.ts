import type { OpenUpload, StoredObject } from './bucket.ts'
import { numberIn } from './call.ts'
import type { Call } from './call.ts'
import { EngineError } from './engine-error.ts'
import { xmlAnswer } from './engine-message.ts'
import type { EngineAnswer, EngineRequest } from './engine-message.ts'
import { exactTime } from './xml-time.ts'
import { element, rootElement, textElement } from './xml.ts'

const MAX_KEYS = 1000

/** ListObjectsV2. */
export function listObjects(call: Call): EngineAnswer {
  const { bucket, request, profile } = call
  const write = keyWriter(request)
  const token = request.query.get('continuation-token')
  const delimiter = request.query.get('delimiter') ?? ''
  const most = Math.min(numberIn(request, 'max-keys', MAX_KEYS), MAX_KEYS)
  const after = token === undefined ? request.query.get('start-after') : fromToken(token)
  const rows = rowsAfter([...bucket.objects.keys()], prefixOf(request), delimiter, after ?? '')
  const page = rows.slice(0, most)
  const isTruncated = most > 0 && rows.length > most
  const isPrefix = (row: string) => delimiter !== '' && row.indexOf(delimiter, prefixOf(request).length) >= 0
  const objects = page.flatMap((key) => {
    const object = isPrefix(key) ? undefined : bucket.objects.get(key)
    return object === undefined ? [] : [objectXml(write(key), object, call)]
  })
  const prefixes = page.filter(isPrefix)
  return xmlAnswer(
    rootElement(
      'ListBucketResult',
      textElement('Name', bucket.name),
      textElement('Prefix', profile.cephLists ? prefixOf(request) : write(prefixOf(request))),
      ...(request.query.has('encoding-type') ? [textElement('EncodingType', 'url')] : []),
      textElement('KeyCount', page.length),
      textElement('MaxKeys', most),
      textElement('IsTruncated', isTruncated),
      ...(isTruncated ? [textElement('NextContinuationToken', toToken(page.at(-1) ?? ''))] : []),
      ...objects,
      ...prefixes.map((prefix) => element('CommonPrefixes', textElement('Prefix', write(prefix)))),
    ),
  )
}

/**
 * ListMultipartUploads. Ceph 16 lists the uploads of the marked key again if only the key is marked. It encodes keys
 * without a word about that, and never the markers.
 */
export function listMultipartUploads(call: Call): EngineAnswer {
  const { bucket, request, profile } = call
  const write = keyWriter(request)
  const most = Math.min(numberIn(request, 'max-uploads', MAX_KEYS), MAX_KEYS)
  const open = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(prefixOf(request)))
    .toSorted((one, two) => byBytes(one.key, two.key) || one.initiated - two.initiated || byBytes(one.id, two.id))
  const rows = uploadsAfterMarker(call, open)
  const page = rows.slice(0, most)
  const last = page.at(-1)
  const names = [
    textElement('Bucket', bucket.name),
    ...(request.query.has('encoding-type') && !profile.cephLists ? [textElement('EncodingType', 'url')] : []),
    textElement('MaxUploads', most),
    textElement('IsTruncated', rows.length > most),
    ...(last === undefined
      ? []
      : [
          textElement('NextKeyMarker', profile.cephLists ? last.key : write(last.key)),
          textElement('NextUploadIdMarker', last.id),
        ]),
  ]
  const uploads = page.map(({ key, id, initiated }) =>
    element(
      'Upload',
      textElement('Key', write(key)),
      textElement('UploadId', id),
      textElement('Initiated', exactTime(initiated, profile)),
    ),
  )
  return xmlAnswer(rootElement('ListMultipartUploadsResult', ...names, ...uploads))
}

function uploadsAfterMarker({ request, profile }: Call, open: readonly OpenUpload[]): readonly OpenUpload[] {
  const keyMarker = request.query.get('key-marker') ?? ''
  const idMarker = request.query.get('upload-id-marker') ?? ''
  if (keyMarker === '') return open
  const marked = open.findIndex(({ key, id }) => key === keyMarker && id === idMarker)
  if (marked >= 0) return open.slice(marked + 1)
  const isIncluded = profile.cephLists && idMarker === ''
  return open.filter(({ key }) => byBytes(key, keyMarker) > (isIncluded ? -1 : 0))
}

/** Keys and common prefixes after a key, in the order of their bytes in UTF-8. */
function rowsAfter(keys: readonly string[], prefix: string, delimiter: string, after: string): readonly string[] {
  const rows = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
      return end < 0 ? key : key.slice(0, end + delimiter.length)
    })
  const isPast = (row: string) => byBytes(row, after) > 0
  return [...new Set(rows)].filter(isPast).toSorted(byBytes)
}

function objectXml(key: string, { bytes, etag, modified }: StoredObject, { profile }: Call): string {
  return element(
    'Contents',
    textElement('Key', key),
    textElement('LastModified', exactTime(modified, profile)),
    textElement('ETag', etag),
    textElement('Size', bytes.length),
    textElement('StorageClass', 'STANDARD'),
  )
}

function prefixOf({ query }: EngineRequest): string {
  return query.get('prefix') ?? ''
}

/** How keys are written in the answer: percent-encoded with `encoding-type=url`. */
function keyWriter({ query }: EngineRequest): (key: string) => string {
  const encoding = query.get('encoding-type')
  if (encoding === undefined) return (key) => key
  if (encoding !== 'url') throw new EngineError('InvalidArgument', 'Invalid Encoding Method specified in Request')
  return (key) => encodeURIComponent(key).replaceAll('%2F', '/')
}

function toToken(key: string): string {
  return Buffer.from(key).toString('base64url')
}

function fromToken(token: string): string {
  return Buffer.from(token, 'base64url').toString()
}

/** The order of the bytes in UTF-8: a surrogate pair comes after every single code unit. */
function byBytes(one: string, two: string): number {
  const length = Math.min(one.length, two.length)
  for (let at = 0; at < length; at += 1) {
    const [a, b] = [one.charCodeAt(at), two.charCodeAt(at)]
    if (a !== b) return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1
  }
  return one.length - two.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}
