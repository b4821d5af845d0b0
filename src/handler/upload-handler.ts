import { checkSite, parseOrigins } from '../access/check-site.ts'
import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { tellValue } from '../errors/tell-value.ts'
import { isServerFailure } from '../errors/is-server-failure.ts'
import { toUploadError } from '../errors/to-upload-error.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import { prefersHtml } from '../http/accept.ts'
import { discardBody } from '../http/discard-body.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing, RequestHandler } from '../http/outgoing.ts'
import { problemOutgoing } from '../http/problem-outgoing.ts'
import { pathFromKey } from '../filename/key.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { checkHost, toHostTest } from './check-host.ts'
import { corsHeaders, parseAllowedHeaders } from './cors.ts'
import type { CorsRules } from './cors.ts'
import { SCOPE_PARAMETER } from './enter.ts'
import type { EnterHooks } from './enter.ts'
import { Gate } from './gate.ts'
import { listFiles } from './list-files.ts'
import type { UploadPage } from './page/page.ts'
import { parseBase } from './parse-base.ts'
import { removeFile } from './remove-file.ts'
import { toAskedUrl } from './route.ts'
import type { AskedUrl, Route, Sets } from './route.ts'
import { ROOT, Scope } from './scope.ts'
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
import { watchBody } from './watch-body.ts'

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
 * file (GET, HEAD, PUT, DELETE). Refusals are problem details (RFC 9457) or, for a browser, the page with its status.
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
  readonly #cors: CorsRules
  readonly #isKnownHost: (name: string) => boolean
  readonly #options: UploadHandlerOptions<unknown, unknown>
  readonly #enterHooks: EnterHooks
  readonly #gate: Gate
  readonly #slots: UploadSlots
  readonly #plans: ServePlans

  constructor(sets: UploadSets, options: UploadHandlerOptions<unknown, unknown>) {
    checkOptions('uploadHandler', options, UPLOAD_HANDLER_KINDS)
    this.#sets = toSets(sets, options)
    this.#base = parseBase(options.base ?? '')
    this.#cors = {
      origins: parseOrigins(options.origins ?? []),
      allowedHeaders: options.allowedHeaders && parseAllowedHeaders(options.allowedHeaders),
    }
    this.#isKnownHost = toHostTest(options.hosts)
    this.#options = options
    const { context, authorize, scope, links } = options
    this.#enterHooks = { context, authorize, scope, hasLinks: links !== undefined }
    if (options.stored !== undefined) checkTransactions(this.#sets)
    this.#gate = new Gate(options, this.#sets)
    this.#slots = new UploadSlots(options)
    this.#plans = new ServePlans(options)
  }

  async handle(incoming: Incoming): Promise<Outgoing> {
    let visit: Visit | undefined
    let outgoing: Outgoing
    try {
      checkHost(incoming, this.#isKnownHost)
      checkSite(incoming, { origins: this.#cors.origins, acceptsSameSite: false, isHostKnown: true })
      visit = new Visit(incoming, toAskedUrl(incoming, this.#base, this.#sets), this.#enterHooks)
      outgoing = await this.#answer(incoming, visit)
    } catch (error) {
      outgoing = await this.#refuse(incoming, visit, error)
    }
    if (incoming.body !== undefined) await discardBody(incoming)
    return this.#finish(incoming, outgoing)
  }

  /** The answer with CORS headers, and with a body whose failures are reported to `onError`. */
  #finish(incoming: Incoming, { status, headers, body, stored }: Outgoing): Outgoing {
    const answer = { status, ...(stored !== undefined && { stored }), headers: this.#withVary(incoming, headers) }
    return body === undefined
      ? answer
      : { ...answer, body: watchBody(body, (error) => this.#toRefusal(incoming, error)) }
  }

  url(file: Pick<StoredFile, 'set' | 'key'>, options: FileUrlOptions = {}): string {
    checkOptions('handler.url', options, { scope: OPTION_KINDS.own } satisfies OptionKinds<FileUrlOptions>)
    const [name] = [...this.#sets].find(([, { set }]) => set.name === file.set) ?? []
    if (name === undefined) throw new TypeError(`This handler does not serve the upload set ${tellValue(file.set)}.`)
    const base = name === '' ? this.#base : `${this.#base}/${encodeURIComponent(name)}`
    return fileUrl(base, file, this.#options.scope === undefined ? ROOT : options.scope)
  }

  /** The headers with those of CORS. Behind a scope, each user has another content at the same URL. */
  #withVary(incoming: Incoming, headers: Outgoing['headers']): Outgoing['headers'] {
    const cors = this.#cors.origins.length === 0 ? undefined : corsHeaders(incoming, this.#cors, headers['allow'])
    if (this.#options.scope === undefined) return cors === undefined ? headers : { ...headers, ...cors }
    const vary = ['Cookie', 'Authorization', cors?.['vary'] ?? []].flat().join(', ')
    return { ...headers, ...cors, vary }
  }

  /** The error that the client gets. If the server failed, `onError` gets it, too. */
  #toRefusal(incoming: Incoming, error: unknown): AnyUploadError {
    if (error === incoming.signal.reason && incoming.signal.aborted) return new UploadError('truncated-body', {})
    const refusal = toUploadError(error)
    if (isServerFailure(refusal)) this.#options.onError?.(refusal, incoming.native)
    return refusal
  }

  async #answer(incoming: Incoming, visit: Visit): Promise<Outgoing> {
    const { method } = incoming
    const { asked } = visit
    const allow = this.#allowedMethods(incoming, asked)
    if (method === 'OPTIONS') return { status: 204, headers: { allow: allow.join(', ') } }
    if (!allow.includes(method)) {
      throw new UploadError('method-not-allowed', { method, allow, ...(method === 'PUT' && { hint: PUT_HINT }) })
    }
    if (method === 'PUT' && asked.askedKey !== undefined) checkNoFolder(asked.askedKey)
    const route = await visit.enter()
    if (method === 'POST' || method === 'PUT') return this.#take(incoming, route)
    if (route.key === undefined) return this.#list(incoming, route)
    if (method === 'DELETE') {
      const { deleted } = this.#options
      return removeFile(incoming, route, this.#gate, { deleted, onSlowHook: this.#slowHookOf(incoming) })
    }
    return serveDownload(incoming, route, this.#gate, this.#plans)
  }

  #allowedMethods(incoming: Incoming, { askedKey: key }: AskedUrl): string[] {
    const { listing = false, deletion = false } = this.#options
    if (key !== undefined) return ['GET', 'HEAD', 'PUT', ...(deletion ? ['DELETE'] : []), 'OPTIONS']
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
      onSlowHook: this.#slowHookOf(incoming),
    })
  }

  /** Reports a hook that takes long to `onError`. */
  #slowHookOf(incoming: Incoming): (error: TypeError) => void {
    return (error) => void this.#toRefusal(incoming, error)
  }

  #list(incoming: Incoming, route: Route): Promise<Outgoing> {
    const page = this.#pageFor(incoming)
    return page === undefined ? listFiles(incoming, route, this.#gate) : showPage(page, incoming, route, this.#gate)
  }

  async #refuse(incoming: Incoming, visit: Visit | undefined, error: unknown): Promise<Outgoing> {
    const refusal = this.#toRefusal(incoming, error)
    const told = visit?.entered === undefined ? refusal : toScopedRefusal(refusal, visit.entered.scope)
    const page = this.#pageFor(incoming)
    if (page === undefined || visit === undefined) return problemOutgoing(told, incoming.method)
    try {
      return await showRefusal(page, incoming, await visit.enter(), this.#gate, told)
    } catch (another) {
      // storage-failed, or an error of the hooks or the page. The client can still get the refusal.
      if (another !== error) this.#toRefusal(incoming, another)
      return problemOutgoing(told, incoming.method)
    }
  }
}

/** @throws {TypeError} if the storage of a set has no transactions. */
function checkTransactions(sets: Sets): void {
  for (const { set } of sets.values()) {
    if (set.storage.createTransaction !== undefined) continue
    throw new TypeError(
      `The upload set ${JSON.stringify(set.name)} cannot be used with "stored": its storage (${set.storage.kind}) has no ` +
        'transactions.',
    )
  }
}

/** @param scope of the client; `undefined` for a URL that only opens with a signature, which then tells the folder */
function fileUrl(
  base: string,
  { set, key }: Pick<StoredFile, 'set' | 'key'>,
  scope: string | typeof ROOT | undefined,
): string {
  if (scope === undefined) {
    const slash = key.lastIndexOf('/')
    const query = slash === -1 ? '' : `?${new URLSearchParams({ [SCOPE_PARAMETER]: key.slice(0, slash) }).toString()}`
    return `${base}/${pathFromKey(key.slice(slash + 1))}${query}`
  }
  const client = Scope.from(scope, set)
  if (!client.holds(key)) throw new TypeError(`The file ${tellValue(key)} is not in the scope ${tellValue(scope)}.`)
  return `${base}/${pathFromKey(client.tell(key))}`
}

/** PUT is refused only if the URL has no key. curl adds the file's name only to a URL that ends in a slash. */
const PUT_HINT = 'PUT a file to a URL that ends in its name, or post it to this one.'

/** @throws {UploadError} `invalid-key` for a key in a folder: otherwise every client could make folders. */
function checkNoFolder(key: string): void {
  if (!key.includes('/')) return
  const suggestion = key.slice(key.lastIndexOf('/') + 1)
  throw new UploadError('invalid-key', { key, reason: 'only the server makes folders', suggestion })
}
