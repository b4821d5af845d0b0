import { checkOptions } from './check-options.ts'
import { OPTION_KINDS } from './option-kinds.ts'
import type { OptionKind, OptionKinds } from './option-kinds.ts'
import { tellValue } from './tell-value.ts'
import type { RefusedDetails } from './upload-error-details.ts'

/**
 * Statuses that need another header: RFC 9110 sections 15.5.2, 15.5.6, 15.5.8 and 15.5.22. After the others, a client
 * may send the request again by itself: sections 15.5.9, 15.5.18 and 15.5.20, and RFC 8470 section 5.2.
 */
const OTHER_STATUSES: readonly unknown[] = [401, 405, 407, 408, 417, 421, 425, 426]

const TEXT: OptionKind = {
  says: 'a text that is not empty',
  takes: (value) => typeof value === 'string' && value.trim() !== '',
}

const KINDS: OptionKinds<RefusedDetails> = {
  status: {
    says: `a status from 400 to 499, without ${OTHER_STATUSES.join(', ')}, or 503`,
    takes: (value) =>
      Number.isInteger(value) &&
      (value === 503 || (Number(value) >= 400 && Number(value) <= 499)) &&
      !OTHER_STATUSES.includes(value),
    tells: (value) => (value === 401 ? '401, for which there is "unauthenticated"' : tellValue(value)),
  },
  title: TEXT,
  detail: TEXT,
  field: OPTION_KINDS.text,
  // `toWholeSeconds` tells the fault.
  retryAfter: OPTION_KINDS.own,
  data: {
    says: 'an object that is fit for JSON',
    takes: (value) => OPTION_KINDS.object.takes(value) && !Array.isArray(value) && isFitForJson(value),
  },
}

/**
 * The details of an application's own refusal.
 *
 * @throws {TypeError} for another status, a missing or empty text, and a `retryAfter` that is not a number of seconds.
 *   Also for `data` that JSON cannot hold.
 */
export function checkedRefusal(details: RefusedDetails): RefusedDetails {
  const owner = "UploadError('refused')"
  checkOptions(owner, details, KINDS)
  for (const name of ['status', 'title', 'detail'] as const) {
    // A program without types may leave them out.
    const value: unknown = details[name]
    if (value === undefined) throw new TypeError(`"${name}" of ${owner} is missing. It must be ${KINDS[name].says}.`)
  }
  return toWholeSeconds(details)
}

/**
 * The same details with a whole number of seconds, as Retry-After has it (RFC 9110 section 10.2.3).
 *
 * @throws {TypeError} for a `retryAfter` that is not a number of at least 0, and for `Infinity`.
 */
export function toWholeSeconds<Details extends { readonly retryAfter?: number }>(details: Details): Details {
  // A program without types may give a date or a text.
  const retryAfter: unknown = details.retryAfter
  if (retryAfter === undefined) return details
  if (typeof retryAfter === 'number' && retryAfter >= 0 && retryAfter < Infinity) {
    return { ...details, retryAfter: Math.ceil(retryAfter) }
  }
  throw new TypeError(`"retryAfter" must be a number of seconds; got ${tellValue(retryAfter)}.`)
}

/**
 * The same details, if their challenge can be sent as WWW-Authenticate (RFC 9110 section 5.5).
 *
 * @throws {TypeError} for a challenge that is not a text of printable ASCII.
 */
export function checkedChallenge<Details extends { readonly challenge?: string }>(details: Details): Details {
  // A program without types may give anything.
  const challenge: unknown = details.challenge
  if (challenge === undefined || (typeof challenge === 'string' && /^[ -~]+$/.test(challenge))) return details
  throw new TypeError(
    `"challenge" must be a text of printable ASCII, such as 'Basic realm="files"'; got ${tellValue(challenge)}.`,
  )
}

function isFitForJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined
  } catch {
    // TypeError: a BigInt, or an object within itself.
    return false
  }
}
