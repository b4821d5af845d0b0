import { checkSite, parseOrigins } from '../access/check-site.ts'
import { checkOptions } from '../errors/check-options.ts'
import { tellValue } from '../errors/tell-value.ts'
import { isServerFailure } from '../errors/is-server-failure.ts'
import { toUploadError } from '../errors/to-upload-error.ts'
import { isUploadError, UploadError } from '../errors/upload-error.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import { prefersHtml } from '../http/accept.ts'
import { isKey } from '../filename/key.ts'
import { parseContentLength } from '../http/content-length.ts'
import { discardBody } from '../http/discard-body.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing, RequestHandler } from '../http/outgoing.ts'
import { problemOutgoing } from '../http/problem-outgoing.ts'
import { textOutgoing } from '../http/text-outgoing.ts'
import { deleteFiles } from '../policy/delete-files.ts'
import type { StoredFilePage, UploadSet } from '../policy/upload-set.ts'
import type { Receipt } from '../protocols/receipt.ts'
import { receiveUpload } from '../protocols/receive-upload.ts'
import { FIELDS_SIZE, toFormLimits } from '../receive/form-limits.ts'
import type { FormLimits } from '../receive/form-limits.ts'
import { resolveKey } from '../storage/resolve-key.ts'
import type { Storage } from '../storage/storage.ts'
import { checkPreconditions, checkUnseen, deleteOnCondition, isConditional } from '../serve/preconditions.ts'
import { sendFile } from '../serve/send-file.ts'
import { checkHost, toHostTest } from './check-host.ts'
import { corsHeaders, parseAllowedHeaders } from './cors.ts'
import type { CorsRules } from './cors.ts'
import { toCreatedAnswer, toListAnswer } from './file-answer.ts'
import { Gate } from './gate.ts'
import { pageOutgoing, redirectOutgoing, SIGN_IN } from './page/page-answer.ts'
import type { PageRights } from './page/page-answer.ts'
import type { UploadPage } from './page/page.ts'
import { parseBase } from './parse-base.ts'
import { toRoute } from './route.ts'
import type { Route, Sets } from './route.ts'
import { sendLinkedFile } from './send-linked-file.ts'
import { ServePlans } from './serve-plans.ts'
import { UploadSlots } from './upload-slots.ts'
import { UPLOAD_HANDLER_KINDS } from './upload-handler-options.ts'
import type { UploadHandlerOptions } from './upload-handler-options.ts'
import { watchBody } from './watch-body.ts'

/** Answers every request below its URL; an adapter connects it to a server. */
export interface UploadHandler extends RequestHandler {
  handle(incoming: Incoming): Promise<Outgoing>
}

/** One set at the base itself, or several, each below its name. */
export type UploadSets = UploadSet | Readonly<Record<string, UploadSet>>

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
 *   Also for a `base` or an origin that is not valid, and a limit that is not a number.
 */
export function uploadHandler(sets: UploadSets, options: UploadHandlerOptions = {}): UploadHandler {
  return new Handler(sets, options)
}

class Handler implements UploadHandler {
  readonly #sets: Sets
  readonly #base: string
  readonly #cors: CorsRules
  readonly #isKnownHost: (name: string) => boolean
  readonly #options: UploadHandlerOptions
  readonly #gate: Gate
  readonly #limits: ReadonlyMap<UploadSet, FormLimits>
  readonly #slots: UploadSlots
  readonly #plans: ServePlans

  constructor(sets: UploadSets, options: UploadHandlerOptions) {
    checkOptions('uploadHandler', options, UPLOAD_HANDLER_KINDS)
    this.#sets = toSets(sets)
    this.#base = parseBase(options.base ?? '')
    this.#cors = {
      origins: parseOrigins(options.origins ?? []),
      allowedHeaders: options.allowedHeaders && parseAllowedHeaders(options.allowedHeaders),
    }
    this.#isKnownHost = toHostTest(options.hosts)
    this.#options = options
    this.#gate = new Gate(options, this.#sets)
    this.#slots = new UploadSlots(options)
    this.#plans = new ServePlans(options)
    this.#limits = new Map([...this.#sets.values()].map((set) => [set, toLimits(set, options)]))
  }

  async handle(incoming: Incoming): Promise<Outgoing> {
    let route: Route | undefined
    let outgoing: Outgoing
    try {
      checkHost(incoming, this.#isKnownHost)
      checkSite(incoming, { origins: this.#cors.origins, acceptsSameSite: false, isHostKnown: true })
      route = toRoute(incoming, this.#base, this.#sets)
      outgoing = await this.#answer(incoming, route)
    } catch (error) {
      outgoing = await this.#refuse(incoming, route, this.#toRefusal(incoming, error))
    }
    if (incoming.body !== undefined) await discardBody(incoming)
    const { status, headers, body, stored } = outgoing
    const answer = {
      status,
      ...(stored !== undefined && { stored }),
      headers:
        this.#cors.origins.length === 0
          ? headers
          : { ...headers, ...corsHeaders(incoming, this.#cors, headers['allow']) },
    }
    return body === undefined
      ? answer
      : { ...answer, body: watchBody(body, (error) => this.#toRefusal(incoming, error)) }
  }

  /** What the client is told of a failure; whose cause is ours, `onError` is told too. */
  #toRefusal(incoming: Incoming, error: unknown): AnyUploadError {
    if (error === incoming.signal.reason && incoming.signal.aborted) return new UploadError('truncated-body', {})
    const refusal = toUploadError(error)
    if (isServerFailure(refusal)) this.#options.onError?.(refusal, incoming.native)
    return refusal
  }

  async #answer(incoming: Incoming, asked: Route): Promise<Outgoing> {
    const { method } = incoming
    const { set } = asked
    const allow = this.#allowedMethods(incoming, asked)
    if (method === 'OPTIONS') {
      return { status: 204, headers: { allow: allow.join(', ') } }
    }
    if (!allow.includes(method)) {
      throw new UploadError('method-not-allowed', { method, allow, ...(method === 'PUT' && { hint: PUT_HINT }) })
    }
    if (method === 'PUT' && asked.key !== undefined) checkNoFolder(asked.key)
    // From here on there is one spelling of the key, so that a rule for one holds for all.
    const key = asked.key === undefined ? undefined : await resolveKey(set.storage, asked.key)
    const route = { ...asked, key }
    if (method === 'POST' || method === 'PUT') {
      await this.#gate.admit('upload', incoming, route)
      const unseenAs = await this.#unseen(incoming, route, asked.key)
      if (unseenAs !== undefined) checkUnseen(incoming)
      else if (key !== undefined) await checkPreconditions(incoming, set.storage, key)
      const limits = this.#limitsOf(set)
      const { skipCompanions } = this.#options
      const receipt = await this.#slots.during(incoming, (measured) =>
        receiveUpload({ incoming: measured, set, limits, key, unseenAs, skipCompanions }),
      )
      try {
        const stored = receipt.files.map((file) => file.stored.key)
        return { ...this.#created(incoming, route, receipt), stored }
      } catch (error) {
        // Whoever is told of a failure sends the files again.
        await deleteFiles(set.storage, receipt.published)
        throw error
      }
    }
    if (key === undefined) return this.#list(incoming, route)
    if (method === 'DELETE') {
      await this.#gate.admit('delete', incoming, route)
      const unseenAs = isConditional(incoming) ? await this.#unseen(incoming, route, asked.key) : undefined
      if (await isDeleted(incoming, set.storage, key, unseenAs !== undefined)) return { status: 204, headers: {} }
      throw new UploadError('not-found', { key: unseenAs ?? key })
    }
    const admission = await this.#gate.admit('fetch', incoming, route)
    const plan = this.#plans.planOf(admission.reason, route.query.has('download'))
    if (admission.link !== undefined) return sendLinkedFile(incoming, set.storage, key, plan, admission.link)
    return sendFile(incoming, set.storage, key, plan)
  }

  /**
   * The key as this client spells it, if the client may not learn whether there is such a file: then no answer may spell it
   * as the storage does. `undefined` if it may, or there is no key.
   */
  async #unseen(incoming: Incoming, route: Route, asked: string | undefined): Promise<string | undefined> {
    if (asked === undefined || (await this.#gate.mayKnowNames(incoming, route))) return undefined
    return asked.normalize('NFC')
  }

  #allowedMethods(incoming: Incoming, { key }: Route): string[] {
    const { listing = false, deletion = false } = this.#options
    if (key !== undefined) return ['GET', 'HEAD', 'PUT', ...(deletion ? ['DELETE'] : []), 'OPTIONS']
    return [...(listing || this.#pageFor(incoming) !== undefined ? ['GET', 'HEAD'] : []), 'POST', 'OPTIONS']
  }

  /** The page, where this client wants one. */
  #pageFor(incoming: Incoming): UploadPage | undefined {
    return prefersHtml(incoming.header) ? this.#options.page : undefined
  }

  #created(incoming: Incoming, route: Route, receipt: Receipt): Outgoing {
    const page = this.#pageFor(incoming)
    if (page !== undefined) return redirectOutgoing(page, incoming, route, receipt)
    const answer = toCreatedAnswer(route, receipt)
    const [first] = answer.files
    const location = answer.files.length === 1 && first !== undefined ? { location: first.url } : {}
    return json(incoming, 201, answer, location)
  }

  async #list(incoming: Incoming, route: Route): Promise<Outgoing> {
    const page = this.#pageFor(incoming)
    if (page !== undefined) return this.#showPage(page, incoming, route)
    await this.#gate.admit('list', incoming, route)
    return json(incoming, 200, toListAnswer(route, await listFiles(route)))
  }

  /** The page with as much of it as this client may see, or the refusal of all of it. */
  async #showPage(page: UploadPage, incoming: Incoming, route: Route): Promise<Outgoing> {
    const rights = await this.#gate.pageRights(incoming, route)
    const { list, upload, unauthenticated } = rights
    if (unauthenticated !== undefined && ((!list && !upload) || route.query.has(SIGN_IN))) throw unauthenticated
    if (!list && !upload) throw new UploadError('forbidden', { action: 'upload' })
    return this.#page(page, incoming, route, rights, list ? await listFiles(route) : undefined)
  }

  async #refuse(incoming: Incoming, route: Route | undefined, refusal: AnyUploadError): Promise<Outgoing> {
    const page = this.#pageFor(incoming)
    if (page === undefined || route === undefined) return problemOutgoing(refusal, incoming.method)
    try {
      const rights = await this.#gate.pageRights(incoming, route)
      const list = rights.list ? await route.set.list(NEWEST) : undefined
      return this.#page(page, incoming, route, rights, list, refusal)
    } catch (error) {
      // storage-failed, or what the hook or the page throws: the refusal itself can still be told.
      this.#toRefusal(incoming, error)
      return problemOutgoing(refusal, incoming.method)
    }
  }

  #page(
    page: UploadPage,
    incoming: Incoming,
    route: Route,
    rights: PageRights,
    list: StoredFilePage | undefined,
    refusal?: AnyUploadError,
  ): Outgoing {
    return pageOutgoing(page, incoming, { route, limits: this.#limitsOf(route.set), list, rights }, refusal)
  }

  #limitsOf(set: UploadSet): FormLimits {
    return this.#limits.get(set) ?? toLimits(set, this.#options)
  }
}

/** PUT is not allowed only if the URL has no key. curl adds the file's name to a URL that ends in a slash, and to no other. */
const PUT_HINT = 'PUT a file to a URL that ends in its name, or post it to this one.'

const NEWEST = { order: 'newest' } as const

/** @throws {UploadError} `malformed-request` for a query that asks for no possible page. */
async function listFiles({ set, query }: Route): Promise<StoredFilePage> {
  const cursor = query.get('cursor')
  const order = query.get('order') ?? 'newest'
  const limit = parseContentLength(query.get('limit') ?? '100') ?? 0
  if (order !== 'newest' && order !== 'name') {
    throw new UploadError('malformed-request', { reason: '"order" is neither "newest" nor "name"' })
  }
  if (limit < 1 || limit > MAX_PAGE) {
    throw new UploadError('malformed-request', { reason: `"limit" is no number from 1 to ${MAX_PAGE}` })
  }
  return set.list({ order, limit, ...(cursor !== null && { cursor }) })
}

const MAX_PAGE = 1000

function json(incoming: Incoming, status: number, value: unknown, headers: Record<string, string> = {}): Outgoing {
  return textOutgoing({
    status,
    type: 'application/json',
    text: JSON.stringify(value),
    method: incoming.method,
    headers,
  })
}

function toLimits(set: UploadSet, options: UploadHandlerOptions): FormLimits {
  const { maxFiles, maxFileSize } = set
  const limits = toFormLimits({
    ...options,
    maxFiles,
    maxBodySize: options.maxBodySize ?? maxFiles * maxFileSize + FIELDS_SIZE,
  })
  if (options.maxParts !== undefined || options.skipCompanions !== true) return limits
  // Each file may have a companion.
  return { ...limits, maxParts: limits.maxParts + maxFiles }
}

function toSets(sets: UploadSets): Sets {
  if (typeof sets !== 'object' || sets === null) {
    throw new TypeError(`uploadHandler needs an upload set, or several by their names; got ${tellValue(sets)}.`)
  }
  if (isSet(sets)) return new Map([['', sets]])
  const named = Object.entries(sets)
  if (named.length === 0) throw new TypeError('An upload handler needs at least one upload set.')
  for (const [name, set] of named) {
    if (!isSet(set)) {
      throw new TypeError(`${JSON.stringify(name)} of uploadHandler must be an upload set; got ${tellValue(set)}.`)
    }
    if (isKey(name) && !name.includes('/')) continue
    throw new TypeError(`${JSON.stringify(name)} cannot stand for an upload set in a URL.`)
  }
  return new Map(named)
}

/** Deletes a file. A condition of a client that may not see the file fails as though there were none. */
async function isDeleted(incoming: Incoming, storage: Storage, key: string, isUnseen: boolean): Promise<boolean> {
  try {
    return await deleteOnCondition(incoming, storage, key)
  } catch (error) {
    if (isUnseen && isUploadError(error) && error.code === 'precondition-failed') return false
    throw error
  }
}

/** @throws {UploadError} `invalid-key`: what a client names has no folder, or any client could make some. */
function checkNoFolder(key: string): void {
  if (!key.includes('/')) return
  const suggestion = key.slice(key.lastIndexOf('/') + 1)
  throw new UploadError('invalid-key', { key, reason: 'only the server makes folders', suggestion })
}

function isSet(value: unknown): value is UploadSet {
  const methods: object = typeof value === 'object' && value !== null ? value : {}
  return 'draft' in methods && typeof methods.draft === 'function'
}
