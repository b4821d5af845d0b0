import { toProblem } from '../../errors/problem.ts'
import { formatBytes } from '../../errors/byte-size.ts'
import type { AnyUploadError, UploadError } from '../../errors/upload-error.ts'
import type { Incoming } from '../../http/incoming.ts'
import type { Outgoing } from '../../http/outgoing.ts'
import { refusalHeaders } from '../../http/problem-outgoing.ts'
import { textOutgoing } from '../../http/text-outgoing.ts'
import type { StoredFilePage } from '../../policy/upload-set.ts'
import type { Receipt } from '../../protocols/receipt.ts'
import { nextUrl, setUrl, toFileAnswer } from '../file-answer.ts'
import type { Route } from '../route.ts'
import { clearFlash, flashCookie, readFlash } from './flash.ts'
import type { PageView, UploadPage } from './page.ts'

/** The permissions of the client that looks at a page. */
export interface PageRights {
  readonly list: boolean
  readonly upload: boolean
  /** The reason why a permission is missing, if signing in could help. */
  readonly unauthenticated: UploadError<'unauthenticated'> | undefined
}

/** The contents of a page. */
export interface PageParts {
  readonly route: Route
  readonly rights: PageRights
  /** `undefined` if nothing is to be listed. */
  readonly list: StoredFilePage | undefined
  /** The folder that is listed; `undefined` for all of them. */
  readonly folder?: string | undefined
}

/** In a query, it makes the page ask for a password: browsers send one only when asked (RFC 7617 section 2.2). */
export const SIGN_IN = 'sign-in'

/** The page, with the message of the request before. If there is a refusal, the page has its status. */
export function pageOutgoing(
  page: UploadPage,
  incoming: Incoming,
  parts: PageParts,
  error?: UploadError | AnyUploadError,
): Outgoing {
  const flash = readFlash(incoming)
  const view = toView(page, parts)
  const text = page.render({
    ...view,
    ...(flash !== undefined && { flash }),
    ...(error !== undefined && { problem: toProblem(error) }),
  })
  return textOutgoing({
    status: error?.status ?? 200,
    type: 'text/html; charset=utf-8',
    text,
    method: incoming.method,
    headers: {
      ...page.headers,
      ...(error !== undefined && refusalHeaders(error)),
      ...(flash !== undefined && { 'set-cookie': clearFlash(cookiePath(page, parts.route), incoming) }),
    },
  })
}

/** Sends a browser back to the page by GET (RFC 9110 section 15.4.4), which says what was stored. */
export function redirectOutgoing(
  page: UploadPage,
  incoming: Incoming,
  route: Route,
  { files, skipped = [] }: Receipt,
): Outgoing {
  const [first] = files
  const uploaded =
    files.length === 1 && first !== undefined
      ? `Uploaded ${first.filename} (${formatBytes(first.stored.size)}).`
      : `Uploaded ${files.length} files (${formatBytes(files.reduce((sum, { stored }) => sum + stored.size, 0))}).`
  const message =
    skipped.length === 0 ? uploaded : `${uploaded} Left out what macOS keeps beside files (${skipped.length}).`
  return {
    status: 303,
    headers: {
      location: pageUrl(page, route),
      'set-cookie': flashCookie(message, cookiePath(page, route), incoming),
      'content-length': '0',
      'cache-control': 'no-store',
    },
  }
}

function toView(page: UploadPage, { route, list, rights, folder }: PageParts): PageView {
  const { set, limits, prefix } = route
  return {
    set: set.name,
    action: setUrl(route),
    prefix,
    ...(set.extensions !== undefined && { extensions: set.extensions }),
    maxFileSize: set.maxFileSize,
    maxBodySize: limits.maxBodySize,
    maxFiles: limits.maxFiles,
    ...(set.keepsFolders && { folders: true }),
    ...(folder !== undefined && { folder }),
    canUpload: rights.upload,
    // Without a challenge, a browser would not ask for a password.
    ...(rights.unauthenticated?.details.challenge !== undefined && { signIn: `${pageUrl(page, route)}?${SIGN_IN}` }),
    ...(list !== undefined && { files: list.files.map((file) => toFileAnswer(route, file)) }),
    ...(list?.next !== undefined && { next: nextUrl(route, pageUrl(page, route), list.next) }),
  }
}

function pageUrl({ url }: UploadPage, route: Route): string {
  if (url === undefined) return setUrl(route)
  // A URL on another host is whole already.
  return /^\/(?!\/)/.test(url) ? route.prefix + url : url
}

/** The path to which a browser sends the message's cookie; a page on another host never gets it. */
function cookiePath(page: UploadPage, route: Route): string {
  const [path = ''] = pageUrl(page, route).split(/[?#]/, 1)
  return path.startsWith('/') ? path : '/'
}
