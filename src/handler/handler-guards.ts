import { checkSite, parseOrigins } from '../access/check-site.ts'
import { inOwnWords } from '../errors/in-own-words.ts'
import { isServerFailure } from '../errors/is-server-failure.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { SENTENCE_KINDS } from '../errors/problem-options.ts'
import type { SentenceOptions } from '../errors/problem-options.ts'
import { toUploadError } from '../errors/to-upload-error.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import { discardBody } from '../http/discard-body.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing } from '../http/outgoing.ts'
import { checkHost, toHostTest } from './check-host.ts'
import { corsHeaders, parseAllowedHeaders } from './cors.ts'
import type { CorsRules } from './cors.ts'
import { untilGone } from './until-gone.ts'
import { watchBody } from './watch-body.ts'

/** Options that all handlers share: the pages and the hosts to which a handler answers, and its failures. */
export interface HandlerGuardOptions<Native = unknown> extends SentenceOptions<Native> {
  /**
   * Pages of these origins may send requests and read the answers (CORS): `https://app.example`,
   * `capacitor://localhost`, `chrome-extension://...`. Origins are compared as text. Default none.
   */
  readonly origins?: readonly string[] | undefined
  /**
   * The headers that requests of these pages may have. List those of Decant that you use as well, such as
   * `content-type`, `content-disposition` and `authorization`. Default: any.
   */
  readonly allowedHeaders?: readonly string[] | undefined
  /**
   * Names, without ports, to which the server answers, such as `localhost` and `[::1]`; or a test of such a name in
   * lower case. Every other Host is refused. Default: any.
   */
  readonly hosts?: readonly string[] | ((name: string) => boolean) | undefined
  /**
   * Called for every failure of the server (5xx, but not 501), also in the middle of a download. The client does not
   * learn the cause. It is also called for a fault of `sentences`. The function must not throw.
   */
  readonly onError?: ((error: UploadError, request: unknown) => void) | undefined
}

export const HANDLER_GUARD_KINDS: OptionKinds<HandlerGuardOptions> = {
  // `parseOrigins` tells the fault.
  origins: OPTION_KINDS.own,
  allowedHeaders: OPTION_KINDS.texts,
  hosts: {
    says: 'an array of hosts or a function',
    takes: (value) => OPTION_KINDS.texts.takes(value) || OPTION_KINDS.call.takes(value),
  },
  onError: OPTION_KINDS.call,
  ...SENTENCE_KINDS,
}

/** The way into a handler, and the way out: hosts, other sites, failures, the rest of the body, CORS. */
export class HandlerGuards {
  readonly #cors: CorsRules
  readonly #isKnownHost: (name: string) => boolean
  readonly #onError: HandlerGuardOptions['onError']
  readonly #sentences: HandlerGuardOptions['sentences']
  readonly #varies: readonly string[]

  /**
   * @param varies the headers of a request on which each answer depends (RFC 9110 section 12.5.5)
   * @throws {TypeError} for an origin and for the name of a header that are not valid.
   */
  constructor(options: HandlerGuardOptions, varies: readonly string[] = []) {
    const { origins = [], allowedHeaders, hosts, onError, sentences } = options
    this.#cors = {
      origins: parseOrigins(origins),
      allowedHeaders: allowedHeaders && parseAllowedHeaders(allowedHeaders),
    }
    this.#isKnownHost = toHostTest(hosts)
    this.#onError = onError
    this.#sentences = sentences
    this.#varies = varies
  }

  /** @throws {UploadError} `unknown-host`, `cross-site`. */
  check(incoming: Incoming): void {
    checkHost(incoming, this.#isKnownHost)
    checkSite(incoming, { origins: this.#cors.origins, acceptsSameSite: false, isHostKnown: true })
  }

  /** The error that the client gets. If the server failed, `onError` gets it, too. */
  toRefusal(incoming: Incoming, error: unknown): AnyUploadError {
    if (error === incoming.signal.reason && incoming.signal.aborted) return new UploadError('truncated-body', {})
    const refusal = toUploadError(error)
    if (isServerFailure(refusal)) this.#onError?.(refusal, incoming.native)
    return refusal
  }

  /** The refusal with the sentence of the application. A fault of that sentence is a failure of the server. */
  async inOwnWords(incoming: Incoming, refusal: AnyUploadError): Promise<AnyUploadError> {
    const { native: request, signal } = incoming
    const onFault = (fault: unknown): void => void this.toRefusal(incoming, fault)
    try {
      return await untilGone(inOwnWords(refusal, { sentences: this.#sentences, request, onFault }), signal)
    } catch (error) {
      if (!signal.aborted) throw error
      // The client has gone. A sentence that never comes must not keep its request.
      return refusal
    }
  }

  /**
   * The answer with CORS headers, and with a body whose failures are reported to `onError`. It resolves when the rest
   * of the request is out of the way.
   */
  async finish(incoming: Incoming, outgoing: Outgoing): Promise<Outgoing> {
    if (incoming.body !== undefined) await discardBody(incoming)
    const { status, headers, body, stored } = outgoing
    const answer = { status, ...(stored !== undefined && { stored }), headers: this.#withShared(incoming, headers) }
    return body === undefined
      ? answer
      : { ...answer, body: watchBody(body, (error) => this.toRefusal(incoming, error)) }
  }

  /** The headers of an answer with those that all answers have. */
  #withShared(incoming: Incoming, headers: Outgoing['headers']): Outgoing['headers'] {
    if (this.#cors.origins.length === 0 && this.#varies.length === 0) return headers
    const cors = corsHeaders(incoming, this.#cors, headers['allow'])
    return { ...headers, ...cors, vary: [...this.#varies, cors['vary'] ?? []].flat().join(', ') }
  }
}
