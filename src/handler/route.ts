import { UploadError } from '../errors/upload-error.ts'
import { keyFromPath } from '../filename/key.ts'
import type { Incoming } from '../http/incoming.ts'
import type { UploadSet } from '../policy/upload-set.ts'
import type { FormLimits } from '../receive/form-limits.ts'
import type { Scope } from './scope.ts'

/** An upload set behind a URL. */
interface ServedSet {
  readonly set: UploadSet
  /** The limits of one request to the set. */
  readonly limits: FormLimits
}

/** Sets by their place in the URL; the name is '' if one set has the base itself. */
export type Sets = ReadonlyMap<string, ServedSet>

/** The part of a URL that tells the set. */
interface SetUrl extends ServedSet {
  /** The URL of the set, without a trailing slash; '' at the root of the site. */
  readonly base: string
  /** The path that proxies have stripped, with which all URLs for the client begin; '' if there is none. */
  readonly prefix: string
  readonly query: URLSearchParams
}

/** The URL of a request, before any hook has been asked. */
export interface AskedUrl extends SetUrl {
  /** The key as the client spells it; `undefined` for the URL of the set itself. */
  readonly askedKey: string | undefined
}

/** The facts about a client that the hooks of the application have told. */
interface Client {
  /** The result of the `context` hook. */
  readonly context: unknown
  /** The folder that the client sees. */
  readonly scope: Scope
  /** True if only a signed link speaks for the client. No hook has been asked, and `scope` is a claim of the link. */
  readonly isLinked: boolean
}

/** A request to a set. */
interface SetRoute extends SetUrl, Client {
  readonly key: undefined
}

/** A request to a file in a set. */
export interface FileRoute extends SetUrl, Client {
  /** The key in the storage, which decides everything about the file. */
  readonly key: string
  /** The key as the client spells it. */
  readonly askedKey: string
}

export type Route = SetRoute | FileRoute

/**
 * Finds the set and the key by the grammar `{base}[/{set}][/{key}]`.
 *
 * @param base the path before the sets, percent-encoded, without a trailing slash
 * @throws {UploadError} `not-found` for a path outside `base`, and for an unknown set; `invalid-key` for a path that
 *   cannot be a key. Segments that begin with a dot are reserved for URLs of protocols, such as resumable uploads.
 * @throws {TypeError} for a base that the framework has stripped already.
 */
export function toAskedUrl(incoming: Incoming, base: string, sets: Sets): AskedUrl {
  const [path, search] = split(incoming.target, '?')
  if (path !== base && !path.startsWith(`${base}/`)) {
    if (base !== '' && incoming.mount.endsWith(base)) throw doubleBase(base)
    throw new UploadError('not-found', {})
  }
  const rest = path.slice(base.length).replace(/^\//, '')
  const above = incoming.prefix + incoming.mount + base

  const whole = sets.get('')
  const [name, below] = split(rest, '/')
  const served = whole ?? sets.get(decodeName(name))
  if (served === undefined) throw new UploadError('not-found', {})
  const url: SetUrl = {
    ...served,
    base: whole === undefined ? `${above}/${name}` : above,
    prefix: incoming.prefix,
    query: new URLSearchParams(search),
  }
  const keyPath = whole === undefined ? below : rest
  return { ...url, askedKey: keyPath === '' ? undefined : keyFromPath(keyPath) }
}

function doubleBase(base: string): TypeError {
  return new TypeError(
    `The handler has the base ${JSON.stringify(base)}, but the framework has mounted it there and stripped that path. ` +
      'Leave out "base".',
  )
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
