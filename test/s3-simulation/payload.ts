import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { EngineRequest } from './engine-message.ts'
import { EngineError } from './engine-error.ts'
import type { Profile } from './profile.ts'

/** The bytes that a request brings, checked. */
export interface Payload {
  readonly bytes: Buffer
  /** In quotes. */
  readonly etag: string
  /** Checksums, by the name of their header. */
  readonly checksums: ReadonlyMap<string, string>
}

const CHECKSUM_PREFIX = 'x-amz-checksum-'

const ALGORITHMS: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  crc32: (bytes) => {
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32(bytes))
    return sum.toString('base64')
  },
  sha1: (bytes) => createHash('sha1').update(bytes).digest('base64'),
  sha256: (bytes) => createHash('sha256').update(bytes).digest('base64'),
}

/**
 * The body of a request, without the framing of `aws-chunked`.
 *
 * @throws {EngineError} if its length is not told, or if it is not what a checksum says.
 */
export function readPayload(request: EngineRequest, profile: Profile): Payload {
  const { bytes, trailer } = unframe(request, profile)
  const md5 = request.headers.get('content-md5')
  const digest = createHash('md5').update(bytes).digest()
  if (md5 !== undefined && md5 !== digest.toString('base64')) throw new EngineError('BadDigest')
  const sums = profile.checksums ? checkSums(bytes, [...request.headers, ...trailer]) : []
  return { bytes, etag: `"${digest.toString('hex')}"`, checksums: new Map(sums) }
}

/** The name of the header that a checksum of this algorithm has. */
export function checksumHeader(algorithm: string): string {
  return CHECKSUM_PREFIX + algorithm.toLowerCase()
}

function checkSums(bytes: Uint8Array, headers: readonly (readonly [string, string])[]): readonly [string, string][] {
  return headers
    .filter(([name]) => name.startsWith(CHECKSUM_PREFIX) && name !== `${CHECKSUM_PREFIX}algorithm`)
    .filter(([name]) => name !== `${CHECKSUM_PREFIX}type`)
    .map(([name, told]) => {
      const sum = ALGORITHMS[name.slice(CHECKSUM_PREFIX.length)]?.(bytes)
      if (sum === undefined) throw new EngineError('NotImplemented', `The simulation does not know ${name}`)
      if (sum !== told) throw new EngineError('BadDigest', `The ${name} you specified did not match`)
      return [name, sum]
    })
}

interface Unframed {
  readonly bytes: Buffer
  readonly trailer: readonly (readonly [string, string])[]
}

function unframe({ headers, body }: EngineRequest, profile: Profile): Unframed {
  const isFramed = headers.get('x-amz-content-sha256')?.startsWith('STREAMING-') === true
  const length = headers.get(isFramed ? 'x-amz-decoded-content-length' : 'content-length')
  if (length === undefined || (isFramed && !profile.checksums)) throw new EngineError('MissingContentLength')
  const unframed = isFramed ? parseChunks(body) : { bytes: body, trailer: [] }
  if (unframed.bytes.length !== Number(length)) throw new EngineError('IncompleteBody')
  return unframed
}

/** The chunks and the trailer of `aws-chunked`. */
function parseChunks(body: Buffer): Unframed {
  const chunks: Buffer[] = []
  for (let at = 0; ;) {
    const lineEnd = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16)
    if (lineEnd < 0 || !Number.isInteger(size)) throw new EngineError('IncompleteBody')
    if (size === 0) return { bytes: Buffer.concat(chunks), trailer: parseTrailer(body.toString('latin1', lineEnd + 2)) }
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}

function parseTrailer(text: string): readonly (readonly [string, string])[] {
  return text
    .split('\r\n')
    .filter((line) => line.includes(':'))
    .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])
}
