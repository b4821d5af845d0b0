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

/**
 * The reason why a request was let in: the handler is open to all, a signed link, or `authorize`. That hook may have
 * judged by something that a browser sends along by itself, such as a cookie or an address.
 */
export type AdmissionReason = 'open' | 'link' | 'authorized'

/** A request that was let in. */
export interface AdmittedRequest {
  readonly reason: AdmissionReason
  /** It has to be checked against the file once that is open: it opens one version of it. */
  readonly link?: VerifiedLink
}

/** Decides what each request may do: by its signed link, or else by the `authorize` hook. */
export class Gate {
  readonly #options: Pick<UploadHandlerOptions, 'authorize' | 'links' | 'listing'>

  /** @throws {TypeError} if a link to a file of one set would open the file of another. */
  constructor(options: Pick<UploadHandlerOptions, 'authorize' | 'links' | 'listing'>, sets: Sets) {
    this.#options = options
    if (options.links !== undefined) checkNames(sets)
  }

  /**
   * A client with a link is judged by it alone: whether a false one opens anything must not depend on other
   * permissions.
   *
   * @throws {UploadError} `forbidden`, unless the hook says yes; `invalid-link`, `link-expired`; what the hook throws.
   */
  async admit(action: UploadAction, incoming: Incoming, { set, key, query }: Route): Promise<AdmittedRequest> {
    const { authorize, links } = this.#options
    if (action === 'fetch' && key !== undefined && links !== undefined && isLinkQuery(query)) {
      // The name and the key by which the file is going to be read, and nothing of how the URL spells them.
      return { reason: 'link', link: await links.verify({ set: set.name, key }, query) }
    }
    if (authorize === undefined) return { reason: 'open' }
    // A hook without types may return anything.
    const allowed: unknown = await authorize({ action, set: set.name, key, request: incoming.native })
    if (allowed !== true) throw new UploadError('forbidden', { action })
    return { reason: 'authorized' }
  }

  /**
   * The key as this client spells it, if the client may not learn whether there is such a file: then no answer may spell
   * it as the storage does. `undefined` if it may.
   *
   * @throws what the hook throws as a failure of ours.
   */
  async unseenName(incoming: Incoming, route: FileRoute): Promise<string | undefined> {
    return (await this.#mayKnowNames(incoming, route)) ? undefined : route.askedKey.normalize('NFC')
  }

  /** The permissions that the page of the set shows; rejects with failures of ours alone. */
  async pageRights(incoming: Incoming, route: Route): Promise<PageRights> {
    const { listing = false } = this.#options
    const place = { ...route, key: undefined }
    const ofList = listing ? await this.#refusalOf('list', incoming, place) : new UploadError('not-found', {})
    const ofUpload = await this.#refusalOf('upload', incoming, place)
    return {
      list: ofList === undefined,
      upload: ofUpload === undefined,
      unauthenticated: [ofList, ofUpload].find((refusal) => refusal?.code === 'unauthenticated'),
    }
  }

  /**
   * Whether the client may learn which names are taken: it may list them, or fetch this file. The hook is asked in any
   * case, also for a free name, so that the time of an answer tells nothing.
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
      // unauthenticated, forbidden, or what else the hook has to say to a client.
      if (isUploadError(error) && !isServerFailure(error)) return error
      throw error
    }
  }
}

function checkNames(sets: Sets): void {
  const names = [...sets.values()].map(({ set }) => set.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new TypeError(`Two upload sets are called ${JSON.stringify(twice)}: signed links could not tell them apart.`)
}
