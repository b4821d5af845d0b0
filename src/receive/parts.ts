import { checkSite, toSiteRules } from '../access/check-site.ts'
import type { SiteOptions, SiteRules } from '../access/check-site.ts'
import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { discardBody } from '../http/discard-body.ts'
import type { Incoming } from '../http/incoming.ts'
import { toIncoming } from '../http/to-incoming.ts'
import type { AnyRequest } from '../http/to-incoming.ts'
import { RECEIVE_LIMIT_KINDS, toReceiveLimits } from './form-limits.ts'
import type { ReceiveLimitOptions, ReceiveLimits } from './form-limits.ts'
import { PartReader } from './part-reader.ts'
import type { Part } from './part.ts'

/** Options of `parts`: its limits, and the sites that may send forms. */
export interface PartsOptions extends ReceiveLimitOptions, SiteOptions {
  /** Ends the loop; a pending read of the next part, or of its bytes, rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

const PARTS_KINDS: OptionKinds<PartsOptions> = {
  ...RECEIVE_LIMIT_KINDS,
  // `toSiteRules` checks them and reports their faults.
  origins: OPTION_KINDS.own,
  signal: OPTION_KINDS.signal,
}

/**
 * The parts of a `multipart/form-data` body (RFC 7578) while they arrive, one by one, under the limits of `receive`.
 * Only one network chunk is kept. A slow reader makes the client wait, and the client is not timed out for it.
 *
 * Read a part before the loop goes on: its unread rest is then thrown away. Leaving the loop, by `break` or by an
 * error, throws away the rest of the body within bounds, so that the client gets its answer. The form is known to be
 * valid only at the end of the loop. Until then, a part may belong to a form that is refused later.
 *
 * @example
 * ```ts
 * for await (const part of parts(request, { maxFileSize: 2 * GiB })) {
 *   if (part.kind === 'field') fields.set(part.field, await part.text())
 *   else if (part.name !== '') stored.push(await videos.save(part))
 * }
 * ```
 * @throws {UploadError} from the loop, and from the method that reads the part: everything that `receive` throws. Also
 *   `unsupported-media-type` (415) for a urlencoded form, which has no parts.
 * @throws {TypeError} for a request or a limit that is not valid. The loop throws it if the body has been read already,
 *   and if there is a second loop.
 */
export function parts(request: AnyRequest, options: PartsOptions = {}): AsyncIterable<Part> {
  checkOptions('parts', options, PARTS_KINDS)
  const limits = toReceiveLimits(options)
  const rules = toSiteRules(options)
  const incoming = toIncoming(request)
  let isTaken = false
  return {
    [Symbol.asyncIterator]() {
      if (isTaken) throw new TypeError('The parts of a request can be looped over once: they are not kept.')
      isTaken = true
      return readParts(incoming, limits, rules, options.signal)
    },
  }
}

async function* readParts(
  incoming: Incoming,
  limits: ReceiveLimits,
  rules: SiteRules,
  signal: AbortSignal | undefined,
): AsyncGenerator<Part, void, undefined> {
  let reader: PartReader | undefined
  try {
    checkSite(incoming, rules)
    reader = new PartReader(incoming, limits, signal)
    for (;;) {
      const part = await reader.next()
      if (part === undefined) return
      yield part
    }
  } finally {
    await reader?.close()
    await discardBody(incoming)
  }
}
