import { isServerFailure } from '../../errors/is-server-failure.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { takeOverReply } from '../fastify/take-over-reply.ts'
import { sendProblem } from '../node/send-problem.ts'
import type { NestHost } from './nest-host.ts'

/** Options of `UploadErrorFilter`. */
export interface UploadErrorFilterOptions {
  /**
   * Called for each refusal that is the server's fault (5xx, but not 501). Default: they are written to the error
   * output.
   */
  readonly onError?: ((error: unknown, request: unknown) => void) | undefined
}

/**
 * An exception filter of Nest that answers every `UploadError` (of `receive`, upload sets, forms) with problem details
 * (RFC 9457). The client gets the answer even while it is still sending; half an answer is broken off. All other
 * exceptions are left to the other filters, and to Nest. `nestDecant` makes it a global one. Without `nestDecant`, use
 * it like other filters: `@UseFilters(UploadErrorFilter)`, `{ provide: APP_FILTER, useClass: UploadErrorFilter }`.
 */
export class UploadErrorFilter {
  readonly #onError: (error: unknown, request: unknown) => void

  constructor({ onError = log }: UploadErrorFilterOptions = {}) {
    this.#onError = onError
    catchUploadErrors()
  }

  /** @throws any error outside of an HTTP request, for a caller that has another kind of request to answer. */
  async catch(error: unknown, host: NestHost): Promise<void> {
    if (!isUploadError(error) || host.getType() !== 'http') throw error
    const request = host.getArgByIndex(0)
    const answer = host.getArgByIndex(1)
    if (isServerFailure(error)) this.#onError(error, request)
    if ('hijack' in answer) takeOverReply(answer)
    // Middleware gets Node's own request and response on Fastify, too.
    await sendProblem('raw' in request ? request.raw : request, 'raw' in answer ? answer.raw : answer, error)
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

function log(error: unknown): void {
  // oxlint-disable-next-line no-console -- Nest's own handler, which does not get the error, logs there too.
  console.error(error)
}
