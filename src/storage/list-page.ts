import { LeadingItems } from './leading-items.ts'
import { compareListed, parseCursor, toCursor, toLimit } from './list-cursor.ts'
import type { ListOptions, ListPage, StorageEntry } from './storage.ts'

/**
 * The page that `Storage.list` returns, for a storage whose medium cannot list in order itself. It looks at every
 * entry. It holds a few times as many entries as the page has.
 *
 * @param entries all stored files, in any order
 * @throws {UploadError} `malformed-request` for a cursor that is not from a list in this order.
 * @throws {TypeError} for a limit below one.
 */
export function listPage(
  entries: Iterable<StorageEntry>,
  { folder, order = 'name', limit, cursor }: ListOptions = {},
): ListPage {
  const count = toLimit(limit)
  // A folder that is not a valid key needs no check: no key begins with it.
  const prefix = folder === undefined ? '' : `${folder}/`
  const after = cursor === undefined ? undefined : parseCursor(order, prefix, cursor)
  // One entry more than the page holds tells whether there is a next page.
  const leading = new LeadingItems<StorageEntry>(count + 1, (a, b) => compareListed(order, a, b))
  for (const entry of entries) {
    if (entry.key.startsWith(prefix) && (after === undefined || compareListed(order, entry, after) > 0)) {
      leading.add(entry)
    }
  }
  const found = leading.items()
  const page = found.slice(0, count)
  const last = page.at(-1)
  return found.length > count && last !== undefined
    ? { entries: page, next: toCursor(order, prefix, last) }
    : { entries: page }
}
