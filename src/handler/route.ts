import { UploadError } from '../errors/upload-error.ts'
import { keyFromPath } from '../filename/key.ts'
import type { Incoming } from '../http/incoming.ts'
import type { UploadSet } from '../policy/upload-set.ts'

/** What a URL means: a set, or a file in it. */
export interface Route {
  readonly set: UploadSet
  /** The URL of the set, without a trailing slash; '' at the root of the site. */
  readonly base: string
  /** The path that proxies have stripped, with which all URLs for the client begin; '' if there is none. */
  readonly prefix: string
  readonly key: string | undefined
  readonly query: URLSearchParams
}

/** Sets by their place in the URL; '' where one set has the base itself. */
export type Sets = ReadonlyMap<string, UploadSet>

/**
 * Finds the set and the key by the grammar `{base}[/{set}][/{key}]`.
 *
 * @param base the path before the sets, percent-encoded, without a trailing slash
 * @throws {UploadError} `not-found` for what is outside `base`, and for an unknown set; `invalid-key` for a path that
 *   cannot be a key, such as the drafts' own (`/.uploads/`) until a protocol has any.
 */
export function toRoute(incoming: Incoming, base: string, sets: Sets): Route {
  const [path, search] = split(incoming.target, '?')
  if (path !== base && !path.startsWith(`${base}/`)) throw new UploadError('not-found', {})
  const rest = path.slice(base.length).replace(/^\//, '')
  const query = new URLSearchParams(search)
  const place = incoming.prefix + incoming.mount + base

  const whole = sets.get('')
  const [name, below] = split(rest, '/')
  const set = whole ?? sets.get(decodeName(name))
  if (set === undefined) throw new UploadError('not-found', {})
  const keyPath = whole === undefined ? below : rest
  return {
    set,
    base: whole === undefined ? `${place}/${name}` : place,
    prefix: incoming.prefix,
    key: keyPath === '' ? undefined : keyFromPath(keyPath),
    query,
  }
}

/** The text before the first separator, and after it. */
function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    // URIError: no set has such a name.
    return ''
  }
}
