import { UploadError } from '../errors/upload-error.ts'
import { fromBase64url, toBase64url } from './base64url.ts'
import { signer } from './signer.ts'
import type { Secret } from './signer.ts'

export interface SignedLinksOptions {
  /**
   * At least 32 bytes of chance that only servers know; a string counts in UTF-8. Of several, the first signs and all are
   * accepted, so that a new one can take the place of an old one while links of the old one run out.
   */
  readonly secret: Secret | readonly Secret[]
  /** Milliseconds for which a link opens. Default an hour. */
  readonly expiresInMs?: number | undefined
}

/** What is linked: a stored file, by its record or its key. */
export interface LinkTarget {
  /** The upload set's name. */
  readonly set: string
  readonly key: string
}

/** What makes links and knows them again. */
export interface SignedLinks {
  /**
   * The URL with `expires` and `signature` in its query. Whoever has it can fetch this file of this set, and nothing else,
   * until then. The path before the file is not signed, so a proxy may change it.
   *
   * @param file a stored file, or whatever says its set and key
   * @param url where the file is served, such as `photos.url(photo)`
   * @param options `expiresAt` instead of the time that all links have
   * @throws {TypeError} for a date that is none.
   */
  sign(file: LinkTarget, url: string, options?: { readonly expiresAt?: Date | undefined }): Promise<string>
  /**
   * Resolves where the query is that of a genuine link to this file, whose time is not over.
   *
   * @throws {UploadError} `invalid-link` (403) and `link-expired` (410).
   */
  verify(file: LinkTarget, query: URLSearchParams): Promise<void>
}

const HOUR_MS = 3_600_000
/** The seconds of a date that JavaScript can have. */
const MAX_SECONDS = 8_640_000_000_000

/**
 * Links that open one file for a while, whoever has them: for `links` of an upload handler.
 *
 * @example
 * ```ts
 * const links = signedLinks({ secret: process.env.LINK_SECRET })
 * const handler = uploadHandler(photos, { authorize, links })
 * const url = await links.sign(photo, photos.url(photo))
 * ```
 * @throws {TypeError} for no secret, one of less than 32 bytes, and a time that is no positive number.
 */
export function signedLinks(options: SignedLinksOptions): SignedLinks {
  const { secret, expiresInMs = HOUR_MS } = options
  const signatures = signer(secret)
  if (!(expiresInMs > 0 && expiresInMs < Infinity)) {
    throw new TypeError(`expiresInMs must be a positive number of milliseconds, not ${String(expiresInMs)}.`)
  }
  return {
    async sign(file, url, { expiresAt = new Date(Date.now() + expiresInMs) } = {}) {
      // Rounded up, so that a link is never shorter than what was promised.
      const expires = Math.ceil(expiresAt.getTime() / 1000)
      if (!(expires >= 0 && expires <= MAX_SECONDS)) throw new TypeError('expiresAt is no date from 1970 on.')
      const signature = toBase64url(await signatures.sign(toMessage(file, String(expires))))
      return withQuery(url, `expires=${expires}&signature=${signature}`)
    },
    async verify(file, query) {
      const expires = onlyOne(query, 'expires')
      const signature = fromBase64url(onlyOne(query, 'signature'))
      const isGenuine = signature !== undefined && (await signatures.verify(toMessage(file, expires), signature))
      if (!isGenuine) throw new UploadError('invalid-link', {})
      // Only now: of a time that anybody could have written nothing is to be told.
      if (Date.now() >= Number(expires) * 1000) throw new UploadError('link-expired', {})
    },
  }
}

/** True where the query claims to be a link's; whoever claims it is judged by it alone. */
export function isLinkQuery(query: URLSearchParams): boolean {
  return query.has('signature') || query.has('expires')
}

/**
 * What is signed: no two links have the same text, whatever is in a name. The first word tells it from anything else that
 * the same secret may sign one day.
 */
function toMessage({ set, key }: LinkTarget, expires: string): string {
  return JSON.stringify(['decant-link-1', set, key, expires])
}

/** @throws {UploadError} `invalid-link` where it is missing, or said twice: another reader might take the other one. */
function onlyOne(query: URLSearchParams, name: string): string {
  const [value, ...others] = query.getAll(name)
  if (value === undefined || others.length > 0) throw new UploadError('invalid-link', {})
  return value
}

function withQuery(url: string, query: string): string {
  const [address = '', ...fragment] = url.split('#')
  return [`${address}${address.includes('?') ? '&' : '?'}${query}`, ...fragment].join('#')
}
