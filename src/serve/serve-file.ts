import { oneOf, OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { Outgoing } from '../http/outgoing.ts'
import { inertType, isActive, isInline, withCharset } from '../media/active-type.ts'
import { claimedType } from '../media/claimed-type.ts'
import { mediaType, OCTET_STREAM, tellsContent } from '../media/type-by-name.ts'
import type { OpenFile, StorageEntry } from '../storage/storage.ts'
import { cacheControl } from './cache-control.ts'
import type { CacheOptions } from './cache-control.ts'
import { evaluateConditions, isRangeWanted } from './conditions.ts'
import type { ConditionalRequest } from './conditions.ts'
import { contentDisposition } from './content-disposition.ts'
import { inertHeaders } from './inert-headers.ts'
import type { CrossOriginResourcePolicy } from './inert-headers.ts'
import { problemOutgoing } from '../http/problem-outgoing.ts'
import { selectRange } from './ranges.ts'
import type { ByteSpan } from './ranges.ts'
import { toValidators } from './validators.ts'
import type { Validators } from './validators.ts'

/** The headers with which a stored file is sent. No option can make it run: see `inertHeaders`. */
export interface ServeOptions extends CacheOptions {
  /**
   * `inline` asks the browser to show the file, `attachment` to save it. Default `auto`: inline for pictures (not SVG),
   * sound, video, plain text and PDF. Everything else is an attachment, and so is a file if its name says nothing about
   * its content.
   */
  readonly disposition?: 'auto' | 'attachment' | 'inline'
  /** The name to save it under. Default: the client's name from the record, or else the key's last segment. */
  readonly downloadName?: string
  /**
   * The media type, `type/subtype`. Default: the recorded type, or else the type of the key's extension. The bytes are
   * never looked at. A script is served as `text/plain`, so that no other page can load it from here.
   */
  readonly type?: string
  /** The media type if neither the record nor the extension tells one; default `application/octet-stream`. */
  readonly fallbackType?: string
  /** The sites that may embed the file in a page; default `same-origin`. */
  readonly crossOriginResourcePolicy?: CrossOriginResourcePolicy
  /**
   * Whether GET is redirected if the storage has the file served by another server (`OpenFile.location`). `false` sends
   * the bytes from here, with all headers that keep a file from acting. Default true.
   */
  readonly redirect?: boolean
}

export const SERVE_KINDS: OptionKinds<ServeOptions> = {
  disposition: oneOf('auto', 'attachment', 'inline'),
  downloadName: OPTION_KINDS.text,
  type: OPTION_KINDS.text,
  fallbackType: OPTION_KINDS.text,
  crossOriginResourcePolicy: oneOf('same-origin', 'same-site', 'cross-origin'),
  redirect: OPTION_KINDS.flag,
  maxAge: OPTION_KINDS.own,
  immutable: OPTION_KINDS.flag,
  public: OPTION_KINDS.flag,
}

const METHODS = ['GET', 'HEAD'] as const

/** @throws {UploadError} `method-not-allowed` for anything but GET and HEAD. */
export function assertReadable(method: string): void {
  if (!METHODS.some((allowed) => allowed === method)) {
    throw new UploadError('method-not-allowed', { method, allow: METHODS })
  }
}

/**
 * Answers GET and HEAD with an open file. The answer holds the whole file or a part of it (RFC 9110 section 14). If the
 * client has the file already, the answer has no content (section 13). The file is closed when the body has been read,
 * or at once if there is no body.
 *
 * A range that lies outside the file is answered 416 with problem details.
 *
 * If the storage has the file served by another server, GET is answered 307 with a URL there, after the conditions. The
 * client repeats Range there. HEAD, a file without bytes, and a file of an active type that the options show inline are
 * answered from here. So is a request with If-Match, If-Unmodified-Since or If-Range.
 *
 * @throws {UploadError} `method-not-allowed`, and `precondition-failed` for If-Match and If-Unmodified-Since.
 * @throws {TypeError} for a `maxAge` that is not a whole number of seconds.
 */
export async function serveFile(
  request: ConditionalRequest,
  file: OpenFile,
  options: ServeOptions = {},
): Promise<Outgoing> {
  let plan: Plan
  try {
    plan = makePlan(request, file.entry, options)
  } catch (error) {
    // A refusal or a misuse: the file is not read.
    await file.close()
    throw error
  }
  if (plan.span === undefined) {
    await file.close()
    return plan.outgoing
  }
  if (file.location !== undefined && options.redirect !== false && !hasValidator(request)) {
    const redirect = await redirectOutgoing(file, options)
    if (redirect !== undefined) return redirect
  }
  const { start, end } = plan.span
  return { ...plan.outgoing, body: file.bytes?.(start, end) ?? file.stream(start, end) }
}

/** Whether a client compares a validator of this server. The other one has validators of its own. */
function hasValidator(request: ConditionalRequest): boolean {
  return ['if-match', 'if-unmodified-since', 'if-range'].some((name) => request.header(name) !== undefined)
}

/**
 * The redirect to the server that has the file served. `undefined` if this server has to send the bytes.
 *
 * 307 and not 302 (RFC 9110 sections 15.4.3 and 15.4.8): the request is repeated as it is. The URL opens the file to
 * every client that knows it, so no cache may keep the answer.
 */
async function redirectOutgoing(file: OpenFile, options: ServeOptions): Promise<Outgoing | undefined> {
  const { entry } = file
  const type = typeOf(entry, options)
  const disposition = dispositionOf(entry, type, options)
  // Only this server puts a document with scripts into a sandbox.
  if (file.location === undefined || (isActive(type) && !disposition.startsWith('attachment'))) return undefined
  try {
    const location = await file.location({
      contentType: withCharset(type),
      contentDisposition: disposition,
      cacheControl: cacheControl(options),
    })
    const headers = {
      location,
      'cache-control': 'no-store',
      'content-length': '0',
      ...inertHeaders(type, options.crossOriginResourcePolicy ?? 'same-origin'),
    }
    return { status: 307, headers }
  } finally {
    await file.close()
  }
}

interface Plan {
  readonly outgoing: Outgoing
  /** The bytes of the file to send; absent if the answer has no bytes of the file. */
  readonly span?: ByteSpan
}

function makePlan(request: ConditionalRequest, entry: StorageEntry, options: ServeOptions): Plan {
  assertReadable(request.method)
  const now = Date.now()
  const { size } = entry
  const validators = toValidators(entry, now)
  const type = typeOf(entry, options)
  const always = {
    etag: validators.etag,
    'cache-control': cacheControl(options),
    'accept-ranges': 'bytes',
    ...inertHeaders(type, options.crossOriginResourcePolicy ?? 'same-origin'),
  }

  // RFC 9110 section 13.2.2: conditions come first, so that a range never hides a 304.
  switch (evaluateConditions(request, validators, now)) {
    case 'precondition-failed':
      throw new UploadError('precondition-failed', {})
    case 'not-modified':
      // Section 15.4.5: only headers that update the client's copy.
      return { outgoing: { status: 304, headers: always } }
    case 'proceed':
  }

  const range = rangeOf(request, validators, size, now)
  if (range === 'unsatisfiable') {
    const error = new UploadError('range-not-satisfiable', { size })
    // Section 15.5.17: the size tells the client which ranges are possible.
    return { outgoing: problemOutgoing(error, request.method, { 'content-range': `bytes */${size}` }) }
  }
  const span = range ?? { start: 0, end: size }
  const headers = {
    ...always,
    // RFC 9530 section 3: the digest is that of the whole file, for every range.
    ...(entry.record?.digest !== undefined && { 'repr-digest': entry.record.digest }),
    'last-modified': new Date(validators.lastModified).toUTCString(),
    'content-type': withCharset(type),
    'content-disposition': dispositionOf(entry, type, options),
    ...(range !== undefined && { 'content-range': `bytes ${span.start}-${span.end - 1}/${size}` }),
    'content-length': String(span.end - span.start),
  }
  const outgoing = { status: range === undefined ? 200 : 206, headers }
  return request.method === 'HEAD' || size === 0 ? { outgoing } : { outgoing, span }
}

/** Range has a meaning for GET alone (RFC 9110 section 14.2). */
function rangeOf(
  request: ConditionalRequest,
  validators: Validators,
  size: number,
  now: number,
): ByteSpan | 'unsatisfiable' | undefined {
  const range = request.header('range')
  if (range === undefined || request.method !== 'GET' || !isRangeWanted(request, validators, now)) return undefined
  return selectRange(range, size)
}

function typeOf({ key, record }: StorageEntry, options: ServeOptions): string {
  const type = claimedType(options.type ?? record?.type ?? mediaType(key))
  return inertType(type === OCTET_STREAM ? claimedType(options.fallbackType) : type)
}

function dispositionOf({ key, record }: StorageEntry, type: string, options: ServeOptions): string {
  const { disposition = 'auto', downloadName = record?.filename ?? key } = options
  // A recorded type that the name does not tell is a guess. A type of the application is not a guess.
  const isRecorded = options.type === undefined && record !== undefined && record.type !== OCTET_STREAM
  const isGuess = isRecorded && !tellsContent([key, record.filename], record.type)
  const shown = disposition === 'auto' ? isInline(type) && !isGuess : disposition === 'inline'
  return contentDisposition(shown ? 'inline' : 'attachment', downloadName)
}
