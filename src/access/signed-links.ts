import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { UploadError } from '../errors/upload-error.ts'
import { fromBase64url, toBase64url } from './base64url.ts'
import { signer } from './signer.ts'
import type { Secret } from './signer.ts'
import { linkVersion } from './link-version.ts'
import type { FileVersion } from './link-version.ts'

/** Options of `signedLinks`. */
export interface SignedLinksOptions {
  /**
   * At least 32 random bytes, known only to your servers; a string counts in UTF-8. If there are several, the first
   * signs and all are accepted. So a new secret can replace an old one while its links run out.
   */
  readonly secret: Secret | readonly Secret[]
  /** Milliseconds for which a link opens. Default an hour. */
  readonly expiresInMs?: number | undefined
}

/** The key that a link names. */
export interface LinkTarget {
  /** The upload set's name. */
  readonly set: string
  readonly key: string
}

/** The file that a link opens: a `StoredFile`, or a row of your database that holds one. */
export interface LinkedFile extends LinkTarget, FileVersion {}

/** Options of one link. */
export interface LinkOptions {
  /** When the link ends. Default: after `expiresInMs`. */
  readonly expiresAt?: Date | undefined
  /**
   * `file` (default) opens this file and no other that gets its key later. `key` opens whichever file has the key at
   * the time of the request; `storedAt` and `size` are not needed then.
   */
  readonly opens?: 'file' | 'key' | undefined
}

/** A genuine link that has not expired. */
export interface VerifiedLink {
  /**
   * Throws unless the link opens `file`: the file that has the key now, or `undefined` if there is none. A link to a
   * key opens any file.
   *
   * @throws {UploadError} `file-gone` (410) if the file was deleted, replaced or changed since the link was signed.
   */
  check(file: FileVersion | undefined): void
}

/** Makes links and verifies them. */
export interface SignedLinks {
  /**
   * The URL with `opens`, `expires` and `signature` in its query. Until it expires, a client that has the URL can
   * fetch this file, and nothing else. The path before the file is not signed, so a proxy may change it.
   *
   * @param url the URL of the file, such as `photos.url(photo)`
   * @throws {TypeError} for a time or a size that is not valid.
   */
  sign(file: LinkedFile, url: string, options?: LinkOptions): Promise<string>
  sign(target: LinkTarget, url: string, options: LinkOptions & { readonly opens: 'key' }): Promise<string>
  /**
   * Resolves if the query is that of a genuine link to this key that has not expired. Call `check` of the result with
   * the file that you have opened, before you send it.
   *
   * @throws {UploadError} `invalid-link` (403) and `link-expired` (410).
   */
  verify(target: LinkTarget, query: URLSearchParams): Promise<VerifiedLink>
}

const HOUR_MS = 3_600_000
/** The seconds of a date that JavaScript can represent. */
const MAX_SECONDS = 8_640_000_000_000

const KINDS: OptionKinds<SignedLinksOptions> = { secret: OPTION_KINDS.own, expiresInMs: OPTION_KINDS.own }

/**
 * Links that open one file for a while: for `links` of an upload handler.
 *
 * @example
 * ```ts
 * const links = signedLinks({ secret: process.env.LINK_SECRET })
 * const handler = uploadHandler(photos, { authorize, links })
 * const url = await links.sign(photo, photos.url(photo))
 * ```
 * @throws {TypeError} for a missing secret, one of less than 32 bytes, and an `expiresInMs` that is not a positive
 *   number.
 */
export function signedLinks(options: SignedLinksOptions): SignedLinks {
  checkOptions('signedLinks', options, KINDS)
  const { secret, expiresInMs = HOUR_MS } = options
  const signatures = signer(secret)
  if (!(expiresInMs > 0 && expiresInMs < Infinity)) {
    throw new TypeError(`expiresInMs must be a positive number of milliseconds, not ${String(expiresInMs)}.`)
  }
  return {
    async sign(
      file: LinkTarget & Partial<FileVersion>,
      url: string,
      { expiresAt = new Date(Date.now() + expiresInMs), opens = 'file' }: LinkOptions = {},
    ) {
      // Rounded up, so that a link is never shorter than what was promised.
      const expires = Math.ceil(expiresAt.getTime() / 1000)
      if (!(expires >= 0 && expires <= MAX_SECONDS)) throw new TypeError('expiresAt must be a date from 1970 on.')
      const version =
        opens === 'key' ? undefined : linkVersion({ storedAt: file.storedAt ?? '', size: file.size ?? -1 })
      const signature = toBase64url(await signatures.sign(toMessage(file, version, String(expires))))
      const ofVersion = version === undefined ? '' : `opens=${version}&`
      return withQuery(url, `${ofVersion}expires=${expires}&signature=${signature}`)
    },
    async verify(target, query) {
      const version = query.has('opens') ? onlyOne(query, 'opens') : undefined
      const expires = onlyOne(query, 'expires')
      const signature = fromBase64url(onlyOne(query, 'signature'))
      const message = toMessage(target, version, expires)
      const isGenuine = signature !== undefined && (await signatures.verify(message, signature))
      if (!isGenuine) throw new UploadError('invalid-link', {})
      // Only after the signature: a client must not learn anything about a time that it may have invented.
      if (Date.now() >= Number(expires) * 1000) throw new UploadError('link-expired', {})
      return {
        check(file) {
          if (version === undefined || (file !== undefined && linkVersion(file) === version)) return
          throw new UploadError('file-gone', {})
        },
      }
    },
  }
}

/** True if the query claims to be that of a link. Such a request is judged by its link alone. */
export function isLinkQuery(query: URLSearchParams): boolean {
  return query.has('signature') || query.has('expires')
}

/**
 * The text that is signed. Different links have different texts, whatever is in a name. The first word names the kind
 * of link. So no other text that the secret signs can pass for a link.
 */
function toMessage({ set, key }: LinkTarget, version: string | undefined, expires: string): string {
  return JSON.stringify(
    version === undefined ? ['decant-link-1', set, key, expires] : ['decant-link-2', set, key, version, expires],
  )
}

/** @throws {UploadError} `invalid-link` if it is missing, or there are two: another reader could take the other one. */
function onlyOne(query: URLSearchParams, name: string): string {
  const [value, ...others] = query.getAll(name)
  if (value === undefined || others.length > 0) throw new UploadError('invalid-link', {})
  return value
}

function withQuery(url: string, query: string): string {
  const [address = '', ...fragment] = url.split('#')
  return [`${address}${address.includes('?') ? '&' : '?'}${query}`, ...fragment].join('#')
}
