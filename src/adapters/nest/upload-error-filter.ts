import { checkOptions } from '../../errors/check-options.ts'
import { inOwnWords } from '../../errors/in-own-words.ts'
import { isServerFailure } from '../../errors/is-server-failure.ts'
import { OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import type { Sentences } from '../../errors/sentences.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { logError, SENTENCE_KINDS } from '../../errors/problem-options.ts'
import type { SentenceOptions } from '../../errors/problem-options.ts'
import { takeOverReply } from '../fastify/take-over-reply.ts'
import { sendProblem } from '../node/send-problem.ts'
import type { NestHost, NestRequest } from './nest-host.ts'

/** Options of `UploadErrorFilter`. */
export interface UploadErrorFilterOptions<Native extends NestRequest = NestRequest> extends SentenceOptions<Native> {
  /**
   * Called for each refusal that is the server's fault (5xx, but not 501), and with an error of `sentences`. Default:
   * they are written to the error output.
   */
  readonly onError?: ((error: unknown, request: unknown) => void) | undefined
}

const KINDS: OptionKinds<UploadErrorFilterOptions> = { ...SENTENCE_KINDS, onError: OPTION_KINDS.call }

/**
 * An exception filter of Nest that answers every `UploadError` (of `receive`, upload sets, forms) with problem details
 * (RFC 9457). The client gets the answer even while it is still sending; half an answer is broken off. All other
 * exceptions are left to the other filters, and to Nest. `nestDecant` makes it a global one. Without `nestDecant`, use
 * it like other filters: `@UseFilters(UploadErrorFilter)`, `{ provide: APP_FILTER, useClass: UploadErrorFilter }`.
 */
export class UploadErrorFilter<Native extends NestRequest = NestRequest> {
  readonly #sentences: Sentences<Native> | undefined
  readonly #onError: (error: unknown, request: unknown) => void

  constructor(options: UploadErrorFilterOptions<Native> = {}) {
    checkOptions('UploadErrorFilter', options, KINDS)
    const { sentences, onError = logError } = options
    this.#sentences = sentences
    this.#onError = onError
    catchUploadErrors()
  }

  /** @throws any error outside of an HTTP request, for a caller that has another kind of request to answer. */
  async catch(error: unknown, host: NestHost<Native>): Promise<void> {
    if (!isUploadError(error) || host.getType() !== 'http') throw error
    const request = host.getArgByIndex(0)
    const answer = host.getArgByIndex(1)
    if (isServerFailure(error)) this.#onError(error, request)
    if ('hijack' in answer) takeOverReply(answer)
    const onFault = (fault: unknown): void => this.#onError(fault, request)
    const refusal = await inOwnWords(error, { sentences: this.#sentences, request, onFault })
    // Middleware gets Node's own request and response on Fastify, too.
    await sendProblem('raw' in request ? request.raw : request, 'raw' in answer ? answer.raw : answer, refusal)
  }
}

/** The test of `instanceof`, which recognises an error of another copy of this package, too. */
const anyUploadError = { [Symbol.hasInstance]: isUploadError }

/**
 * The effect of Nest's `@Catch(UploadError)`. It waits for a filter to be made: then Nest, which brings
 * `Reflect.defineMetadata`, is there.
 */
function catchUploadErrors(): void {
  const reflect: object = Reflect
  if (!hasMetadata(reflect)) throw new TypeError('UploadErrorFilter is for NestJS, which has not been imported here.')
  for (const target of [UploadErrorFilter, UploadErrorFilter.prototype]) {
    reflect.defineMetadata('__filterCatchExceptions__', [anyUploadError], target)
  }
}

function hasMetadata(
  reflect: object,
): reflect is { defineMetadata(key: string, value: unknown, target: object): void } {
  return 'defineMetadata' in reflect
}
