import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { tellValue } from '../errors/tell-value.ts'
import { UploadError } from '../errors/upload-error.ts'
import { prefersHtml } from '../http/accept.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing, RequestHandler } from '../http/outgoing.ts'
import { problemOutgoing } from '../http/problem-outgoing.ts'
import { checkTogether } from '../policy/check-together.ts'
import type { UploadSet } from '../policy/upload-set.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { checkFolders } from './check-folders.ts'
import type { EnterHooks } from './enter.ts'
import { fileUrl } from './file-url.ts'
import { Gate } from './gate.ts'
import { HandlerGuards } from './handler-guards.ts'
import { listFiles } from './list-files.ts'
import type { UploadPage } from './page/page.ts'
import { parseBase } from './parse-base.ts'
import { removeFile } from './remove-file.ts'
import { toAskedUrl } from './route.ts'
import type { AskedUrl, Route, Sets } from './route.ts'
import { ROOT } from './scope.ts'
import { toScopedRefusal } from './scoped-refusal.ts'
import { serveDownload } from './serve-download.ts'
import { ServePlans } from './serve-plans.ts'
import { showPage, showRefusal } from './show-page.ts'
import { takeUpload } from './take-upload.ts'
import { UploadSlots } from './upload-slots.ts'
import { UPLOAD_HANDLER_KINDS } from './upload-handler-options.ts'
import type { UploadHandlerOptions } from './upload-handler-options.ts'
import { toSets } from './upload-sets.ts'
import type { UploadSets } from './upload-sets.ts'
import { Visit } from './visit.ts'

/** Answers every request below its URL; an adapter connects it to a server. */
export interface UploadHandler<Native = unknown> extends RequestHandler<Native> {
  readonly handle: (incoming: Incoming<Native>) => Promise<Outgoing>
  /**
   * The URL of a stored file. It begins with `base`: if a framework mounts the handler, put the path of the mount
   * before it. Behind `scope`, a client of that scope opens the file at `url(file, { scope })`. Without `scope`, the
   * URL is for `links.sign`, and opens the file only with a signature. It tells the folder of the file.
   *
   * @throws {TypeError} for a file of a set that this handler does not serve, and for one outside of the scope.
   */
  readonly url: (file: Pick<StoredFile, 'set' | 'key'>, options?: FileUrlOptions) => string
}

/** Options of `UploadHandler.url`. */
export interface FileUrlOptions {
  /** The folder of the client that is to open the URL, as the `scope` hook returns it. */
  readonly scope?: string | typeof ROOT | undefined
}

/**
 * Puts upload sets behind a URL: `POST {base}` takes a form or a file, `GET {base}` lists, `{base}/{key}` is a stored
 * file (GET, HEAD, PUT, DELETE). There is no PUT if the storage gives each key once. Refusals are problem details (RFC
 * 9457) or, for a browser, the page with its status.
 *
 * @example
 * ```ts
 * const photos = uploadSet('photos', { storage: diskStorage('uploads/photos'), extensions: IMAGES })
 * http.createServer(nodeHandler(uploadHandler(photos, { base: '/photos', listing: true }))).listen(3000)
 * ```
 * @throws {TypeError} if there are no sets, if a set's name does not fit a URL, and for `public` beside `authorize`.
 *   Also for `public`, `immutable` and `maxAge` beside `scope`, and for `stored` with a storage that has no
 *   transactions. Also for a `base` or an origin that is not valid, and a limit that is not a number.
 */
export function uploadHandler<Native = unknown, Context = undefined>(
  sets: UploadSets,
  options?: UploadHandlerOptions<Native, Context>,
): UploadHandler<Native>
export function uploadHandler(sets: UploadSets, options: UploadHandlerOptions<unknown, unknown> = {}): UploadHandler {
  return new Handler(sets, options)
}

class Handler implements UploadHandler {
  readonly #sets: Sets
  readonly #base: string
  readonly #guards: HandlerGuards
  readonly #options: UploadHandlerOptions<unknown, unknown>
  readonly #enterHooks: EnterHooks
  readonly #gate: Gate
  readonly #slots: UploadSlots
  readonly #plans: ServePlans

  constructor(sets: UploadSets, options: UploadHandlerOptions<unknown, unknown>) {
    checkOptions('uploadHandler', options, UPLOAD_HANDLER_KINDS)
    this.#sets = toSets(sets, options)
    this.#base = parseBase(options.base ?? '')
    this.#guards = new HandlerGuards(options, options.scope === undefined ? [] : ['Cookie', 'Authorization'])
    this.#options = options
    const { context, authorize, scope, links } = options
    this.#enterHooks = { context, authorize, scope, hasLinks: links !== undefined }
    if (options.stored !== undefined) for (const { set } of this.#sets.values()) checkTogether([set])
    this.#gate = new Gate(options, this.#sets)
    this.#slots = new UploadSlots(options)
    this.#plans = new ServePlans(options)
  }

  async handle(incoming: Incoming): Promise<Outgoing> {
    let visit: Visit | undefined
    let outgoing: Outgoing
    try {
      this.#guards.check(incoming)
      visit = new Visit(incoming, toAskedUrl(incoming, this.#base, this.#sets), this.#enterHooks)
      outgoing = await this.#answer(incoming, visit)
    } catch (error) {
      outgoing = await this.#refuse(incoming, visit, error)
    }
    return this.#guards.finish(incoming, outgoing)
  }

  url(file: Pick<StoredFile, 'set' | 'key'>, options: FileUrlOptions = {}): string {
    checkOptions('handler.url', options, { scope: OPTION_KINDS.own } satisfies OptionKinds<FileUrlOptions>)
    const [name] = [...this.#sets].find(([, { set }]) => set.name === file.set) ?? []
    if (name === undefined) throw new TypeError(`This handler does not serve the upload set ${tellValue(file.set)}.`)
    const base = name === '' ? this.#base : `${this.#base}/${encodeURIComponent(name)}`
    return fileUrl(base, file, this.#options.scope === undefined ? ROOT : options.scope)
  }

  async #answer(incoming: Incoming, visit: Visit): Promise<Outgoing> {
    const { method } = incoming
    const { asked } = visit
    const allow = this.#allowedMethods(incoming, asked)
    if (method === 'OPTIONS') return { status: 204, headers: { allow: allow.join(', ') } }
    if (!allow.includes(method)) {
      throw new UploadError('method-not-allowed', { method, allow, ...(method === 'PUT' && { hint: putHint(asked) }) })
    }
    if (method === 'PUT' && asked.askedKey !== undefined) checkFolders(asked.askedKey, asked.set.keepsFolders)
    const route = await visit.enter()
    if (method === 'POST' || method === 'PUT') return this.#take(incoming, route)
    if (route.key === undefined) return this.#list(incoming, route)
    if (method === 'DELETE') {
      const { deleted } = this.#options
      return removeFile(incoming, route, this.#gate, { deleted, onHookFault: this.#hookFaultOf(incoming) })
    }
    return serveDownload(incoming, route, this.#gate, this.#plans)
  }

  #allowedMethods(incoming: Incoming, { askedKey: key, set }: AskedUrl): string[] {
    const { listing = false, deletion = false } = this.#options
    if (key !== undefined) {
      return ['GET', 'HEAD', ...(takesPut(set) ? ['PUT'] : []), ...(deletion ? ['DELETE'] : []), 'OPTIONS']
    }
    return [...(listing || this.#pageFor(incoming) !== undefined ? ['GET', 'HEAD'] : []), 'POST', 'OPTIONS']
  }

  /** The page, if this client wants one. */
  #pageFor(incoming: Incoming): UploadPage | undefined {
    return prefersHtml(incoming.header) ? this.#options.page : undefined
  }

  #take(incoming: Incoming, route: Route): Promise<Outgoing> {
    const { skipCompanions, place, stored } = this.#options
    return takeUpload(incoming, route, this.#gate, {
      slots: this.#slots,
      page: this.#pageFor(incoming),
      skipCompanions,
      place,
      stored,
      onHookFault: this.#hookFaultOf(incoming),
    })
  }

  /** Reports a hook that works against the rules to `onError`, although the request goes on. */
  #hookFaultOf(incoming: Incoming): (error: TypeError) => void {
    return (error) => void this.#guards.toRefusal(incoming, error)
  }

  #list(incoming: Incoming, route: Route): Promise<Outgoing> {
    const page = this.#pageFor(incoming)
    return page === undefined ? listFiles(incoming, route, this.#gate) : showPage(page, incoming, route, this.#gate)
  }

  async #refuse(incoming: Incoming, visit: Visit | undefined, error: unknown): Promise<Outgoing> {
    const refusal = this.#guards.toRefusal(incoming, error)
    const scoped = visit?.entered === undefined ? refusal : toScopedRefusal(refusal, visit.entered.scope)
    const told = await this.#guards.inOwnWords(incoming, scoped)
    const page = this.#pageFor(incoming)
    if (page === undefined || visit === undefined) return problemOutgoing(told, incoming.method)
    try {
      return await showRefusal(page, incoming, await visit.enter(), this.#gate, told)
    } catch (another) {
      // storage-failed, or an error of the hooks or the page. The client can still get the refusal.
      if (another !== error) this.#guards.toRefusal(incoming, another)
      return problemOutgoing(told, incoming.method)
    }
  }
}

/** A client that chose a key could choose one that was given before. */
function takesPut({ storage }: UploadSet): boolean {
  return storage.keys !== 'once'
}

/** The way to send a file whose PUT is refused. */
function putHint({ askedKey, set }: AskedUrl): string {
  if (!takesPut(set)) {
    const place = askedKey === undefined ? 'this URL' : 'the URL of the set'
    return `The server names each file itself: post the file to ${place}, with its filename in Content-Disposition.`
  }
  // curl adds the file's name only to a URL that ends in a slash.
  return 'PUT a file to a URL that ends in its name, or post it to this one.'
}
