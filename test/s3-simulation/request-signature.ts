import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { EngineError } from './engine-error.ts'
import type { EngineRequest } from './engine-message.ts'

/** The parts of a signature. */
interface Signed {
  readonly accessKey: string
  readonly date: string
  readonly region: string
  readonly headerNames: readonly string[]
  readonly signature: string
  /** `YYYYMMDDTHHMMSSZ` */
  readonly time: string
  readonly payloadHash: string
  /** Seconds; only of a presigned URL. */
  readonly expires: number | undefined
}

const MAX_SKEW_MS = 15 * 60 * 1000

/** Checks signatures (AWS Signature Version 4) of requests, in their headers or in presigned URLs. */
export class SignatureCheck {
  readonly #secrets: Readonly<Record<string, string>>
  readonly #region: string | undefined
  /** By date, region and access key: five hashes less for each request. */
  readonly #signingKeys: Map<string, Uint8Array> = new Map()

  /** @param region the only one that is right; without it, any */
  constructor(secrets: Readonly<Record<string, string>>, region: string | undefined) {
    this.#secrets = secrets
    this.#region = region
  }

  /**
   * @param now the engine's time, in milliseconds since 1970; without it, any time is right
   * @throws {EngineError} `AccessDenied`, `InvalidAccessKeyId`, `SignatureDoesNotMatch`, `RequestTimeTooSkewed`, ...
   */
  verify(request: EngineRequest, now: number | undefined): void {
    const signed = request.query.has('X-Amz-Signature') ? signedInQuery(request) : signedInHeaders(request)
    const secret = this.#secrets[signed.accessKey]
    if (secret === undefined) throw new EngineError('InvalidAccessKeyId')
    if (this.#region !== undefined && signed.region !== this.#region) {
      const message = `The authorization header is malformed; the region '${signed.region}' is wrong`
      throw new EngineError('AuthorizationHeaderMalformed', `${message}; expecting '${this.#region}'`)
    }
    if (now !== undefined) checkTime(signed, now)
    const [one, two] = [Buffer.from(this.#sign(request, signed, secret)), Buffer.from(signed.signature)]
    if (one.length !== two.length || !timingSafeEqual(one, two)) throw new EngineError('SignatureDoesNotMatch')
    checkPayload(request, signed.payloadHash)
  }

  #sign(request: EngineRequest, signed: Signed, secret: string): string {
    const scope = `${signed.date}/${signed.region}/s3/aws4_request`
    const digest = createHash('sha256').update(canonicalRequest(request, signed)).digest('hex')
    const name = `${signed.accessKey}/${scope}`
    const key = this.#signingKeys.get(name) ?? signingKey(secret, scope)
    this.#signingKeys.set(name, key)
    return hmac(key, `AWS4-HMAC-SHA256\n${signed.time}\n${scope}\n${digest}`).toString('hex')
  }
}

function signedInHeaders({ headers }: EngineRequest): Signed {
  const header = headers.get('authorization')
  if (header === undefined) throw new EngineError('AccessDenied')
  const [, credential = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(header) ?? []
  return {
    ...parseCredential(credential),
    headerNames: names.split(';'),
    signature,
    time: headers.get('x-amz-date') ?? '',
    payloadHash: headers.get('x-amz-content-sha256') ?? '',
    expires: undefined,
  }
}

function signedInQuery({ query }: EngineRequest): Signed {
  return {
    ...parseCredential(query.get('X-Amz-Credential') ?? ''),
    headerNames: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    time: query.get('X-Amz-Date') ?? '',
    payloadHash: query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
    expires: Number(query.get('X-Amz-Expires')),
  }
}

function parseCredential(credential: string): Pick<Signed, 'accessKey' | 'date' | 'region'> {
  const [accessKey = '', date = '', region = '', service, end] = credential.split('/')
  if (service !== 's3' || end !== 'aws4_request') throw new EngineError('AuthorizationHeaderMalformed')
  return { accessKey, date, region }
}

function checkTime({ time, expires }: Signed, now: number): void {
  const iso = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  const age = now - Date.parse(iso)
  if (expires !== undefined && age > expires * 1000) throw new EngineError('AccessDenied', 'Request has expired')
  if (expires === undefined && !(Math.abs(age) <= MAX_SKEW_MS)) throw new EngineError('RequestTimeTooSkewed')
}

function checkPayload({ body }: EngineRequest, told: string): void {
  if (!/^[0-9a-f]{64}$/.test(told)) return
  if (createHash('sha256').update(body).digest('hex') !== told) throw new EngineError('XAmzContentSHA256Mismatch')
}

function signingKey(secret: string, scope: string): Uint8Array {
  return scope.split('/').reduce<Uint8Array>((key, step) => hmac(key, step), Buffer.from(`AWS4${secret}`))
}

function canonicalRequest({ method, path, query, headers }: EngineRequest, signed: Signed): string {
  const pairs = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
  const lines = signed.headerNames.map(
    (name) => `${name}:${(headers.get(name) ?? '').trim().replaceAll(/\s+/g, ' ')}\n`,
  )
  return [
    method,
    path,
    pairs.toSorted((one, two) => (one < two ? -1 : 1)).join('&'),
    lines.join(''),
    signed.headerNames.join(';'),
    signed.payloadHash,
  ].join('\n')
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** RFC 3986: these four are encoded, too. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
