import { UploadError } from '../errors/upload-error.ts'
import type { ListOptions, StorageEntry } from './storage.ts'

type Order = NonNullable<ListOptions['order']>

/** The facts of an entry that decide its place in a list. */
export type Listed = Pick<StorageEntry, 'key' | 'storedAt'>

/** Below zero when `a` comes before `b`. */
export function compareListed(order: Order, a: Listed, b: Listed): number {
  const time = order === 'newest' ? b.storedAt.getTime() - a.storedAt.getTime() : 0
  return time || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
}

/**
 * A page's `next`: the place of its last entry. So files that come and go meanwhile do not shift the next page. The
 * cursor does not tell the folder of the list.
 *
 * @param prefix the folder of the list with a slash, with which all its keys begin; '' for all files
 */
export function toCursor(order: Order, prefix: string, { key, storedAt }: Listed): string {
  const below = key.slice(prefix.length)
  return order === 'name' ? `name:${below}` : `newest:${storedAt.getTime()}:${below}`
}

/**
 * The place that a cursor tells, below `prefix`. Throws `malformed-request` for a cursor that is not from a list in
 * this order.
 */
export function parseCursor(order: Order, prefix: string, cursor: string): Listed {
  const [, found, time, key] = /^(name|newest):(?:(?<=newest:)(-?\d{1,16}):)?(.*)$/s.exec(cursor) ?? []
  if (found !== order || key === undefined || (time === undefined) !== (order === 'name')) {
    throw new UploadError('malformed-request', { reason: 'the cursor is not from a list in this order' })
  }
  return { key: prefix + key, storedAt: new Date(Number(time ?? 0)) }
}

/** The most entries of a page, default 100. Throws a TypeError unless it is a whole number above zero. */
export function toLimit(limit: number = 100): number {
  if (Number.isInteger(limit) && limit > 0) return limit
  throw new TypeError(`The limit of a list must be a whole number above zero; got ${limit}.`)
}
