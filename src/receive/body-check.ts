import { ClaimedDigests } from '../digest/claimed-digests.ts'
import type { FileLimit } from '../errors/file-limit.ts'
import { UploadError } from '../errors/upload-error.ts'
import { checkCodings } from '../http/check-codings.ts'
import type { ByteSource } from '../http/byte-source.ts'
import type { Incoming } from '../http/incoming.ts'
import { bodyTooLarge } from './body-too-large.ts'

/**
 * What the body of a form is held to as it comes, whatever is in it: its size, and the digests that are claimed of it.
 */
export class BodyCheck {
  readonly body: ByteSource
  readonly #maxBodySize: number
  readonly #fileLimits: readonly FileLimit[] | undefined
  readonly #claimed: ClaimedDigests | undefined
  #size = 0

  /**
   * @param fileLimits the limits of files that a refusal of the whole body lists
   * @throws {UploadError} `malformed-body` if there is no body; `unsupported-transfer-coding` and
   *   `unsupported-media-type` for a coded one. `body-too-large` if the declared length is too large;
   *   `malformed-request` for a malformed digest field.
   */
  constructor(incoming: Incoming, maxBodySize: number, fileLimits?: readonly FileLimit[]) {
    const { body } = incoming
    if (body === undefined) throw new UploadError('malformed-body', { reason: 'the request has none' })
    checkCodings(incoming)
    this.body = body
    this.#maxBodySize = maxBodySize
    this.#fileLimits = fileLimits
    this.#claimed = ClaimedDigests.of(incoming)
    if (body.length !== undefined) this.#checkSize(body.length)
  }

  /** @throws {UploadError} `body-too-large`. */
  append(chunk: Uint8Array): void {
    this.#size += chunk.length
    this.#checkSize(this.#size)
    this.#claimed?.append(chunk)
  }

  /**
   * To be called once, when all of it has come.
   *
   * @throws {UploadError} `digest-mismatch`.
   */
  end(): void {
    this.#claimed?.verify()
  }

  #checkSize(size: number): void {
    if (size > this.#maxBodySize) throw bodyTooLarge(this.#maxBodySize, this.#fileLimits)
  }
}
