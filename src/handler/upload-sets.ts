import { tellValue } from '../errors/tell-value.ts'
import { isKey } from '../filename/key.ts'
import type { UploadSet } from '../policy/upload-set.ts'
import { FIELDS_SIZE, toFormLimits } from '../receive/form-limits.ts'
import type { FormLimits } from '../receive/form-limits.ts'
import type { Sets } from './route.ts'
import type { UploadHandlerOptions } from './upload-handler-options.ts'

/** One set at the base itself, or several, each below its name. */
export type UploadSets = UploadSet | Readonly<Record<string, UploadSet>>

/**
 * The sets of a handler by their place in the URL, each with the limits of a request to it.
 *
 * @throws {TypeError} if there are no sets, if a set's name does not fit a URL, and for a limit that is not a number.
 */
export function toSets(sets: UploadSets, options: UploadHandlerOptions<unknown, unknown>): Sets {
  return new Map(toNamedSets(sets).map(([name, set]) => [name, { set, limits: toLimits(set, options) }]))
}

function toNamedSets(sets: UploadSets): (readonly [name: string, set: UploadSet])[] {
  if (typeof sets !== 'object' || sets === null) {
    throw new TypeError(`uploadHandler needs an upload set, or several by their names; got ${tellValue(sets)}.`)
  }
  if (isSet(sets)) return [['', sets]]
  const named = Object.entries(sets)
  if (named.length === 0) throw new TypeError('An upload handler needs at least one upload set.')
  for (const [name, set] of named) {
    if (!isSet(set)) {
      throw new TypeError(`${JSON.stringify(name)} of uploadHandler must be an upload set; got ${tellValue(set)}.`)
    }
    if (isKey(name) && !name.includes('/')) continue
    throw new TypeError(`${JSON.stringify(name)} cannot be the name of an upload set in a URL.`)
  }
  return named
}

function isSet(value: unknown): value is UploadSet {
  const methods: object = typeof value === 'object' && value !== null ? value : {}
  return 'draft' in methods && typeof methods.draft === 'function'
}

function toLimits(set: UploadSet, options: UploadHandlerOptions<unknown, unknown>): FormLimits {
  const { maxFiles, maxFileSize } = set
  const limits = toFormLimits({
    ...options,
    maxFiles,
    maxBodySize: options.maxBodySize ?? maxFiles * maxFileSize + FIELDS_SIZE,
  })
  if (options.maxParts !== undefined || options.skipCompanions !== true) return limits
  // Each file may have a companion.
  return { ...limits, maxParts: limits.maxParts + maxFiles }
}
