import { ClaimedDigests } from '../digest/claimed-digests.ts'
import type { FileLimit } from '../errors/file-limit.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { ByteSink, ByteSource, ReadOptions } from '../http/byte-source.ts'
import type { Incoming } from '../http/incoming.ts'
import { bodyTooLarge } from './body-too-large.ts'
import { checkCodings } from './check-codings.ts'

/** The rules for a body, whatever its content. */
export interface BodyRules {
  readonly maxBodySize: number
  /** The limits of files that a refusal of the whole body lists. */
  readonly fileLimits?: readonly FileLimit[] | undefined
  /** Refuses a body whose headers say that it is a part of an upload: each part would become a file of its own. */
  readonly mustBeWhole?: boolean | undefined
}

/** Holds a body, a form or a file, to its rules and to the digests that the client claims. */
export class BodyCheck {
  readonly body: ByteSource
  readonly #rules: BodyRules
  readonly #claimed: ClaimedDigests | undefined
  #size = 0

  /**
   * @throws {UploadError} `malformed-body` if there is no body; `unsupported-transfer-coding` and
   *   `unsupported-media-type` for a coded one. `malformed-request` for a part of an upload, if `mustBeWhole`, and for
   *   a malformed digest field. `body-too-large` if the declared length is too large.
   */
  constructor(incoming: Incoming, rules: BodyRules) {
    const { body } = incoming
    if (body === undefined) throw new UploadError('malformed-body', { reason: 'the request has none' })
    checkCodings(incoming)
    if (rules.mustBeWhole === true) checkWhole(incoming)
    this.body = body
    this.#rules = rules
    this.#claimed = ClaimedDigests.of(incoming)
    if (body.length !== undefined) this.#checkSize(body.length)
  }

  /**
   * Reads the whole body into `sink`.
   *
   * @throws as `ByteSource.read`, `append` and `end`.
   */
  async read(sink: ByteSink, options: ReadOptions): Promise<void> {
    const take: ByteSink = (chunk, isGiven) => {
      this.append(chunk)
      return sink(chunk, isGiven)
    }
    await this.body.read(take, options)
    this.end()
  }

  /** @throws {UploadError} `body-too-large`. */
  append(chunk: Uint8Array): void {
    this.#size += chunk.length
    this.#checkSize(this.#size)
    this.#claimed?.append(chunk)
  }

  /**
   * To be called once, when the whole body has come.
   *
   * @throws {UploadError} `digest-mismatch`.
   */
  end(): void {
    this.#claimed?.verify()
  }

  #checkSize(size: number): void {
    const { maxBodySize, fileLimits } = this.#rules
    if (size > maxBodySize) throw bodyTooLarge(maxBodySize, fileLimits)
  }
}

/**
 * RFC 9110 section 14.5; draft-ietf-httpbis-resumable-upload. Every upload of an iPhone has one of the draft's headers,
 * and says by it that the body is whole.
 */
function checkWhole({ header }: Incoming): void {
  const partial = partialHeader(header)
  if (partial === undefined) return
  const reason = `a part of a file, as ${partial} says, cannot be stored; send the file in one request`
  throw new UploadError('malformed-request', { reason })
}

function partialHeader(header: Incoming['header']): string | undefined {
  if (header('content-range') !== undefined) return 'Content-Range'
  if (header('upload-complete')?.trim() === '?0') return 'Upload-Complete'
  // Before version 4 of the draft.
  return header('upload-incomplete')?.trim() === '?1' ? 'Upload-Incomplete' : undefined
}
