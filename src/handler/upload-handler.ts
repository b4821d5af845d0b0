import { checkSite, parseOrigins } from '../access/check-site.ts'
import { checkOptions } from '../errors/check-options.ts'
import { isServerFailure } from '../errors/is-server-failure.ts'
import { toUploadError } from '../errors/to-upload-error.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import { prefersHtml } from '../http/accept.ts'
import { discardBody } from '../http/discard-body.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing, RequestHandler } from '../http/outgoing.ts'
import { problemOutgoing } from '../http/problem-outgoing.ts'
import { resolveKey } from '../storage/resolve-key.ts'
import { checkHost, toHostTest } from './check-host.ts'
import { corsHeaders, parseAllowedHeaders } from './cors.ts'
import type { CorsRules } from './cors.ts'
import { Gate } from './gate.ts'
import { listFiles } from './list-files.ts'
import type { UploadPage } from './page/page.ts'
import { parseBase } from './parse-base.ts'
import { removeFile } from './remove-file.ts'
import { toRoute } from './route.ts'
import type { Route, Sets } from './route.ts'
import { serveDownload } from './serve-download.ts'
import { ServePlans } from './serve-plans.ts'
import { showPage, showRefusal } from './show-page.ts'
import { takeUpload } from './take-upload.ts'
import { UploadSlots } from './upload-slots.ts'
import { UPLOAD_HANDLER_KINDS } from './upload-handler-options.ts'
import type { UploadHandlerOptions } from './upload-handler-options.ts'
import { toSets } from './upload-sets.ts'
import type { UploadSets } from './upload-sets.ts'
import { watchBody } from './watch-body.ts'

/** Answers every request below its URL; an adapter connects it to a server. */
export interface UploadHandler extends RequestHandler {
  handle(incoming: Incoming): Promise<Outgoing>
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
  readonly #slots: UploadSlots
  readonly #plans: ServePlans

  constructor(sets: UploadSets, options: UploadHandlerOptions) {
    checkOptions('uploadHandler', options, UPLOAD_HANDLER_KINDS)
    this.#sets = toSets(sets, options)
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
    return this.#finish(incoming, outgoing)
  }

  /** The answer with CORS headers, and with a body whose failures are reported to `onError`. */
  #finish(incoming: Incoming, { status, headers, body, stored }: Outgoing): Outgoing {
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

  /** The error that the client gets. If the server failed, `onError` gets it, too. */
  #toRefusal(incoming: Incoming, error: unknown): AnyUploadError {
    if (error === incoming.signal.reason && incoming.signal.aborted) return new UploadError('truncated-body', {})
    const refusal = toUploadError(error)
    if (isServerFailure(refusal)) this.#options.onError?.(refusal, incoming.native)
    return refusal
  }

  async #answer(incoming: Incoming, asked: Route): Promise<Outgoing> {
    const { method } = incoming
    const allow = this.#allowedMethods(incoming, asked)
    if (method === 'OPTIONS') return { status: 204, headers: { allow: allow.join(', ') } }
    if (!allow.includes(method)) {
      throw new UploadError('method-not-allowed', { method, allow, ...(method === 'PUT' && { hint: PUT_HINT }) })
    }
    if (method === 'PUT' && asked.key !== undefined) checkNoFolder(asked.key)
    // From here on, the key has one spelling, so that a rule for it holds for all spellings.
    const route = await withStoredKey(asked)
    if (method === 'POST' || method === 'PUT') return this.#take(incoming, route)
    if (route.key === undefined) return this.#list(incoming, route)
    if (method === 'DELETE') return removeFile(incoming, route, this.#gate)
    return serveDownload(incoming, route, this.#gate, this.#plans)
  }

  #allowedMethods(incoming: Incoming, { key }: Route): string[] {
    const { listing = false, deletion = false } = this.#options
    if (key !== undefined) return ['GET', 'HEAD', 'PUT', ...(deletion ? ['DELETE'] : []), 'OPTIONS']
    return [...(listing || this.#pageFor(incoming) !== undefined ? ['GET', 'HEAD'] : []), 'POST', 'OPTIONS']
  }

  /** The page, if this client wants one. */
  #pageFor(incoming: Incoming): UploadPage | undefined {
    return prefersHtml(incoming.header) ? this.#options.page : undefined
  }

  #take(incoming: Incoming, route: Route): Promise<Outgoing> {
    return takeUpload(incoming, route, this.#gate, {
      slots: this.#slots,
      page: this.#pageFor(incoming),
      skipCompanions: this.#options.skipCompanions,
    })
  }

  #list(incoming: Incoming, route: Route): Promise<Outgoing> {
    const page = this.#pageFor(incoming)
    return page === undefined ? listFiles(incoming, route, this.#gate) : showPage(page, incoming, route, this.#gate)
  }

  async #refuse(incoming: Incoming, route: Route | undefined, refusal: AnyUploadError): Promise<Outgoing> {
    const page = this.#pageFor(incoming)
    if (page === undefined || route === undefined) return problemOutgoing(refusal, incoming.method)
    try {
      return await showRefusal(page, incoming, route, this.#gate, refusal)
    } catch (error) {
      // storage-failed, or an error of the hook or the page. The client can still get the refusal.
      this.#toRefusal(incoming, error)
      return problemOutgoing(refusal, incoming.method)
    }
  }
}

/** PUT is refused only if the URL has no key. curl adds the file's name only to a URL that ends in a slash. */
const PUT_HINT = 'PUT a file to a URL that ends in its name, or post it to this one.'

/** The route with the key of the stored file that it means, in the spelling of lists. */
async function withStoredKey(route: Route): Promise<Route> {
  if (route.key === undefined) return route
  const key = await resolveKey(route.set.storage, route.key)
  return key === route.key ? route : { ...route, key }
}

/** @throws {UploadError} `invalid-key` for a key in a folder: otherwise every client could make folders. */
function checkNoFolder(key: string): void {
  if (!key.includes('/')) return
  const suggestion = key.slice(key.lastIndexOf('/') + 1)
  throw new UploadError('invalid-key', { key, reason: 'only the server makes folders', suggestion })
}
