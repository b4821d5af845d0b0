import { pathFromKey } from '../filename/key.ts'
import type { StoredFilePage } from '../policy/upload-set.ts'
import type { Receipt, SkippedFile } from '../protocols/receipt.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { Route } from './route.ts'

/** A stored file, as it stands in JSON and in pages. */
export interface FileAnswer {
  /** The name of the form field, if a form has just brought the file. */
  readonly field?: string
  /** The name that the client gave. */
  readonly filename: string
  readonly key: string
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** ISO 8601, UTC. */
  readonly storedAt: string
  /** `sha-256=:base64:` (RFC 9530), if the set takes one. */
  readonly digest?: string
  /** Shows the file. With `?download` it is an attachment. */
  readonly url: string
}

/** The body of a 201. */
export interface CreatedAnswer {
  readonly files: readonly FileAnswer[]
  /** The fields of the form, in order of arrival. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** Files that `skipCompanions` left out; absent if there are none. */
  readonly skipped?: readonly SkippedFile[]
  /** The result of the `stored` hook; absent if there is none. */
  readonly result?: unknown
}

/** The body of a listing. */
export interface ListAnswer {
  readonly files: readonly FileAnswer[]
  /** The URL of the following page; absent on the last. */
  readonly next?: string
}

export function toFileAnswer({ base, scope }: Route, stored: StoredFile): FileAnswer {
  const { filename, type, size, storedAt, digest } = stored
  const key = scope.tell(stored.key)
  const url = `${base}/${pathFromKey(key)}`
  return { filename, key, type, size, storedAt, ...(digest !== undefined && { digest }), url }
}

export function toCreatedAnswer(route: Route, { files, fields, skipped, result }: Receipt): CreatedAnswer {
  return {
    files: files.map(({ field, stored }) => ({
      ...(field !== undefined && { field }),
      ...toFileAnswer(route, stored),
    })),
    fields,
    ...(skipped !== undefined && { skipped }),
    ...(result !== undefined && { result }),
  }
}

export function toListAnswer(route: Route, page: StoredFilePage): ListAnswer {
  return {
    files: page.files.map((file) => toFileAnswer(route, file)),
    ...(page.next !== undefined && { next: nextUrl(route, setUrl(route), page.next) }),
  }
}

/** The URL of the set. It is never empty, since an empty link means the page that holds it. */
export function setUrl({ base }: Route): string {
  return base === '' ? '/' : base
}

/** The URL at which the list goes on: the same query with another cursor. */
export function nextUrl({ query }: Route, url: string, cursor: string): string {
  const following = new URLSearchParams(query)
  following.set('cursor', cursor)
  return `${url}?${following.toString()}`
}
