import { isLinkQuery } from '../access/signed-links.ts'
import type { VerifiedLink } from '../access/signed-links.ts'
import type { UploadAction } from '../access/upload-request.ts'
import { isServerFailure } from '../errors/is-server-failure.ts'
import { isUploadError, UploadError } from '../errors/upload-error.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import type { PageRights } from './page/page-answer.ts'
import type { FileRoute, Route, Sets } from './route.ts'
import type { UploadHandlerOptions } from './upload-handler-options.ts'
import { untilGone } from './until-gone.ts'

/**
 * The reason why a request was let in: the handler is open to all, a signed link, or `authorize`. That hook may have
 * judged by something that a browser sends along by itself, such as a cookie or an address.
 */
export type AdmissionReason = 'open' | 'link' | 'authorized'

/** A request that was let in. */
export interface AdmittedRequest {
  readonly reason: AdmissionReason
  /** It opens one version of the file. So it has to be checked again when the file is open. */
  readonly link?: VerifiedLink
}

/** The options that decide about permissions. */
export type GateOptions = Pick<UploadHandlerOptions<unknown, unknown>, 'authorize' | 'links' | 'listing'>

/** Decides what each request may do: by its signed link, or else by the `authorize` hook. */
export class Gate {
  readonly #options: GateOptions

  /** @throws {TypeError} if a link to a file of one set would open the file of another. */
  constructor(options: GateOptions, sets: Sets) {
    this.#options = options
    if (options.links !== undefined) checkNames(sets)
  }

  /**
   * If a client has a link, only the link decides: a false link must open nothing, even if the client has other
   * permissions.
   *
   * @throws {UploadError} `forbidden`, unless the hook returns true; `invalid-link`, `link-expired`; the hook's error.
   */
  async admit(action: UploadAction, incoming: Incoming, route: Route): Promise<AdmittedRequest> {
    const { authorize, links } = this.#options
    const { set, key, query, context, scope } = route
    if (action === 'fetch' && key !== undefined && links !== undefined && isLinkQuery(query)) {
      // Verify the name and the key that are used to read the file, not their spelling in the URL.
      return { reason: 'link', link: await links.verify({ set: set.name, key }, query) }
    }
    if (authorize === undefined) return { reason: 'open' }
    // A hook without types may return anything.
    const allowed: unknown = await untilGone(
      authorize({ action, set: set.name, key, request: incoming.native, context, scope: scope.folder }),
      incoming.signal,
    )
    if (allowed !== true) throw new UploadError('forbidden', { action })
    return { reason: 'authorized' }
  }

  /**
   * The key as this client spells it, if the client may not learn whether the file exists. Then no answer may spell the
   * key as the storage does. `undefined` if the client may learn it.
   *
   * @throws a failure of the server in the hook.
   */
  async unseenName(incoming: Incoming, route: FileRoute): Promise<string | undefined> {
    return (await this.#mayKnowNames(incoming, route)) ? undefined : route.askedKey.normalize('NFC')
  }

  /**
   * The permissions that the page of the set shows: none beside a link, which opens one file alone. Rejects only with
   * failures of the server.
   */
  async pageRights(incoming: Incoming, route: Route): Promise<PageRights> {
    if (route.isLinked) return { list: false, upload: false, unauthenticated: undefined }
    const { listing = false } = this.#options
    const place = { ...route, key: undefined }
    const ofList = listing ? await this.#refusalOf('list', incoming, place) : new UploadError('not-found', {})
    const ofUpload = await this.#refusalOf('upload', incoming, place)
    return {
      list: ofList === undefined,
      upload: ofUpload === undefined,
      unauthenticated: [ofList, ofUpload].find(isUnauthenticated),
    }
  }

  /**
   * Whether the client may learn which names are taken: it may list them, or fetch this file. The hook is always
   * called, also for a free name, so that the time of an answer tells nothing.
   */
  async #mayKnowNames(incoming: Incoming, route: Route): Promise<boolean> {
    if (this.#options.authorize === undefined) return true
    if ((await this.#refusalOf('fetch', incoming, route)) === undefined) return true
    const { listing = false } = this.#options
    return listing && (await this.#refusalOf('list', incoming, { ...route, key: undefined })) === undefined
  }

  async #refusalOf(action: UploadAction, incoming: Incoming, route: Route): Promise<AnyUploadError | undefined> {
    try {
      await this.admit(action, incoming, route)
      return undefined
    } catch (error) {
      // unauthenticated, forbidden, or another refusal of the hook.
      if (isUploadError(error) && !isServerFailure(error)) return error
      throw error
    }
  }
}

function isUnauthenticated(refusal: AnyUploadError | undefined): refusal is UploadError<'unauthenticated'> {
  return refusal?.code === 'unauthenticated'
}

function checkNames(sets: Sets): void {
  const names = [...sets.values()].map(({ set }) => set.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new TypeError(`Two upload sets are called ${JSON.stringify(twice)}: signed links could not tell them apart.`)
}
