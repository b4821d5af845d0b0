import type { StoredObject } from './bucket.ts'
import type { Call } from './call.ts'
import { EngineError } from './engine-error.ts'

const STORED = new Set(['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'])
const METADATA_PREFIX = 'x-amz-meta-'
const MAX_METADATA_SIZE = 2048

/**
 * The headers of a request that its object keeps.
 *
 * @throws {EngineError} `MetadataTooLarge`, if the engine has a limit.
 */
export function storedHeaders({ request, profile }: Call): ReadonlyMap<string, string> {
  const kept = [...request.headers].filter(([name]) => STORED.has(name) || name.startsWith(METADATA_PREFIX))
  if (profile.limitsMetadata && metadataSize(kept) > MAX_METADATA_SIZE) throw new EngineError('MetadataTooLarge')
  const headers = new Map(kept)
  headers.set('content-type', request.headers.get('content-type') ?? 'binary/octet-stream')
  dropChunkedEncoding(headers)
  return headers
}

/** The headers that describe an object to its reader. */
export function objectHeaders(object: StoredObject): Record<string, string> {
  return {
    ...Object.fromEntries(object.headers),
    'accept-ranges': 'bytes',
    'content-length': String(object.bytes.length),
    etag: object.etag,
    'last-modified': new Date(object.modified).toUTCString(),
  }
}

function metadataSize(headers: readonly (readonly [string, string])[]): number {
  const sizes = headers
    .filter(([name]) => name.startsWith(METADATA_PREFIX))
    .map(([name, value]) => Buffer.byteLength(name) - METADATA_PREFIX.length + Buffer.byteLength(value))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** `aws-chunked` is of the request, not of the object. */
function dropChunkedEncoding(headers: Map<string, string>): void {
  const encodings = headers
    .get('content-encoding')
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== 'aws-chunked' && each !== '')
  if (encodings === undefined) return
  if (encodings.length === 0) headers.delete('content-encoding')
  else headers.set('content-encoding', encodings.join(','))
}
