import type { Incoming } from '../http/incoming.ts'
import { parseHttpDate } from './http-date.ts'
import type { Validators } from './validators.ts'

/** The parts of a request that hold a condition. */
export type ConditionalRequest = Pick<Incoming, 'method' | 'header'>

/**
 * Evaluates the preconditions of a request for a file that exists, in the order of RFC 9110 section 13.2.2.
 *
 * @param now milliseconds since 1970
 */
export function evaluateConditions(
  request: ConditionalRequest,
  { etag, lastModified }: Validators,
  now: number,
): 'proceed' | 'not-modified' | 'precondition-failed' {
  const ifMatch = request.header('if-match')
  if (ifMatch !== undefined) {
    if (!listHas(ifMatch, etag, 'strong')) return 'precondition-failed'
  } else {
    const unmodifiedSince = dateOf(request, 'if-unmodified-since', now)
    if (unmodifiedSince !== undefined && lastModified > unmodifiedSince) return 'precondition-failed'
  }

  const reads = request.method === 'GET' || request.method === 'HEAD'
  const ifNoneMatch = request.header('if-none-match')
  if (ifNoneMatch !== undefined) {
    if (listHas(ifNoneMatch, etag, 'weak')) return reads ? 'not-modified' : 'precondition-failed'
  } else if (reads) {
    const modifiedSince = dateOf(request, 'if-modified-since', now)
    if (modifiedSince !== undefined && lastModified <= modifiedSince) return 'not-modified'
  }
  return 'proceed'
}

/** Parses the header only if it exists: trying all forms of a date takes longer than sending a small file. */
function dateOf(request: ConditionalRequest, name: string, now: number): number | undefined {
  const value = request.header(name)
  return value === undefined ? undefined : parseHttpDate(value, now)
}

/**
 * Whether a Range header counts. True without If-Range, and if the validator of If-Range is strong and the same (RFC
 * 9110 section 13.1.5). A date is strong when its second is over (section 8.8.2.2). Until then, the file could change
 * unnoticed.
 *
 * @param now milliseconds since 1970
 */
export function isRangeWanted(request: ConditionalRequest, { etag, lastModified }: Validators, now: number): boolean {
  const ifRange = request.header('if-range')
  if (ifRange === undefined) return true
  if (ifRange.startsWith('"')) return ifRange === etag
  return parseHttpDate(ifRange, now) === lastModified && now - lastModified >= 1000
}

// RFC 9110 section 8.8.3: between the quotes, a comma is a character of the tag like any other.
const ENTITY_TAG = /[ \t,]*(?<weak>W\/)?(?<opaque>"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)/y

/**
 * Whether `*` or a list of entity tags holds this strong tag. In strong comparison, a weak tag equals no tag (section
 * 8.8.3.2). A list that is not valid counts up to its first fault.
 */
function listHas(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true
  ENTITY_TAG.lastIndex = 0
  for (let tag = ENTITY_TAG.exec(list); tag !== null; tag = ENTITY_TAG.exec(list)) {
    if (tag.groups?.['opaque'] === etag && (comparison === 'weak' || tag.groups['weak'] === undefined)) return true
  }
  return false
}
