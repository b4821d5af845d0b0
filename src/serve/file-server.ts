import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { isUploadError } from '../errors/upload-error.ts'
import { isKey, keyFromPath } from '../filename/key.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing, RequestHandler } from '../http/outgoing.ts'
import { resolveKey } from '../storage/resolve-key.ts'
import { checkStorage } from '../storage/check-storage.ts'
import type { OpenFile, Storage } from '../storage/storage.ts'
import { cacheControl } from './cache-control.ts'
import { matchesPattern } from './name-pattern.ts'
import { problemOutgoing } from '../http/problem-outgoing.ts'
import { SERVE_KINDS, serveFile } from './serve-file.ts'
import type { ServeOptions } from './serve-file.ts'

/** The files under a prefix: all files of a storage, or one of them. */
export type FileExport = Storage | { readonly storage: Storage; readonly key: string }

/** Exports by URL prefix. Write pairs if the order matters. */
export type FileExports = Readonly<Record<string, FileExport>> | ReadonlyArray<readonly [string, FileExport]>

/** Options of `fileServer`: the names that are not served, and the headers of the others. */
export interface FileServerOptions extends Omit<ServeOptions, 'downloadName' | 'type'> {
  /**
   * Files that are not served: patterns for the last segment of the key, or a function that gets the whole key. In a
   * pattern, `*` stands for any characters and `?` for one. Upper and lower case are the same.
   */
  readonly disallow?: string | readonly string[] | ((key: string) => boolean)
  /** Seconds; default 43200, twelve hours. */
  readonly maxAge?: number
  /** Default true: files that are exported like this are for everyone. */
  readonly public?: boolean
}

const { downloadName: _name, type: _type, ...SHARED_KINDS } = SERVE_KINDS
const KINDS: OptionKinds<FileServerOptions> = {
  ...SHARED_KINDS,
  disallow: {
    says: 'a pattern, an array of patterns or a function',
    takes: (value) => [OPTION_KINDS.text, OPTION_KINDS.texts, OPTION_KINDS.call].some((kind) => kind.takes(value)),
  },
}

/**
 * Serves storages under URL prefixes, as Werkzeug's `SharedDataMiddleware` serves folders. The first prefix that has
 * the file wins.
 *
 * For other requests it returns `undefined`, so that the next handler can answer them. These are requests for a folder,
 * for a file that is missing, disallowed or hidden, and for a path that tries to leave the storage. Methods other than
 * GET and HEAD are left to the next handler, too.
 *
 * Its files are inert, as all files that Decant serves. Serve your own pages and scripts as static files of your
 * framework.
 *
 * @throws {TypeError} for a prefix that does not begin with a slash, and for a key that is not valid. Also for a
 *   `maxAge` that is not a whole number of seconds.
 * @example
 * ```ts
 * const files = fileServer({ '/uploads': diskStorage('uploads') }, { disallow: '*.log' })
 * const outgoing = await files.handle(incoming)
 * ```
 */
export function fileServer(exports: FileExports, options: FileServerOptions = {}): RequestHandler {
  checkOptions('fileServer', options, KINDS)
  const { disallow, ...others } = options
  const serveOptions: ServeOptions = { maxAge: 43_200, public: true, ...others }
  // A mistake is reported when the server starts, not by its first request.
  cacheControl(serveOptions)
  const isDisallowed = toPredicate(disallow)
  const mounts = (isPairs(exports) ? exports : Object.entries(exports)).map(([prefix, target]) =>
    toMount(prefix, target),
  )

  async function open(path: string): Promise<OpenFile | undefined> {
    for (const mount of mounts) {
      const asked = mount.keyOf(path)
      if (asked === undefined) continue
      // One after the other: the first that has the file ends the search.
      // oxlint-disable-next-line no-await-in-loop
      const key = await resolveKey(mount.storage, asked)
      if (isDisallowed(key)) continue
      // oxlint-disable-next-line no-await-in-loop
      const file = await mount.storage.open(key)
      if (file !== undefined) return file
    }
    return undefined
  }

  return {
    async handle(incoming: Incoming): Promise<Outgoing | undefined> {
      if (incoming.method !== 'GET' && incoming.method !== 'HEAD') return undefined
      const file = await open(incoming.target.replace(/\?.*$/s, ''))
      if (file === undefined) return undefined
      try {
        return await serveFile(incoming, file, serveOptions)
      } catch (error) {
        // precondition-failed: the file exists here, so the next handler must not answer.
        if (isUploadError(error) && error.code === 'precondition-failed') return problemOutgoing(error, incoming.method)
        throw error
      }
    },
  }
}

interface Mount {
  readonly storage: Storage
  /** The key that a path, still percent-encoded, means here. */
  keyOf(path: string): string | undefined
}

function toMount(prefix: string, target: FileExport): Mount {
  if (prefix !== '' && !prefix.startsWith('/')) {
    throw new TypeError(`The prefix ${JSON.stringify(prefix)} must begin with a slash.`)
  }
  const base = encodeURI(prefix.replace(/\/+$/, ''))
  const isFile = typeof target === 'object' && target !== null && 'storage' in target
  checkStorage(`The prefix ${JSON.stringify(prefix)}`, isFile ? target.storage : target)
  if ('storage' in target) {
    const { storage, key } = target
    if (!isKey(key)) throw new TypeError(`${JSON.stringify(key)} is not a valid key.`)
    return { storage, keyOf: (path) => (path === (base === '' ? '/' : base) ? key : undefined) }
  }
  return {
    storage: target,
    keyOf: (path) => (path.startsWith(`${base}/`) ? safeKeyFromPath(path.slice(base.length + 1)) : undefined),
  }
}

function safeKeyFromPath(path: string): string | undefined {
  try {
    return keyFromPath(path)
  } catch (error) {
    // invalid-key: no file can have this path. The next handler may know it.
    if (isUploadError(error) && error.code === 'invalid-key') return undefined
    throw error
  }
}

function toPredicate(disallow: FileServerOptions['disallow']): (key: string) => boolean {
  if (disallow === undefined) return () => false
  if (typeof disallow === 'function') return disallow
  const patterns = typeof disallow === 'string' ? [disallow] : disallow
  return (key) => {
    const name = key.slice(key.lastIndexOf('/') + 1)
    return patterns.some((pattern) => matchesPattern(name, pattern))
  }
}

function isPairs(exports: FileExports): exports is ReadonlyArray<readonly [string, FileExport]> {
  return Array.isArray(exports)
}
