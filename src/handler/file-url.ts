import { tellValue } from '../errors/tell-value.ts'
import { pathFromKey } from '../filename/key.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { SCOPE_PARAMETER } from './enter.ts'
import { Scope } from './scope.ts'
import type { ROOT } from './scope.ts'

/**
 * The URL of a file below `base`.
 *
 * @param scope of the client that opens it; `undefined` for a URL that opens with a signature and tells the folder
 * @throws {TypeError} for a file outside of the scope, and for a scope that is not valid.
 */
export function fileUrl(
  base: string,
  { set, key }: Pick<StoredFile, 'set' | 'key'>,
  scope: string | typeof ROOT | undefined,
): string {
  if (scope === undefined) {
    const slash = key.lastIndexOf('/')
    const query = slash === -1 ? '' : `?${new URLSearchParams({ [SCOPE_PARAMETER]: key.slice(0, slash) }).toString()}`
    return `${base}/${pathFromKey(key.slice(slash + 1))}${query}`
  }
  const client = Scope.from(scope, set)
  if (!client.holds(key)) throw new TypeError(`The file ${tellValue(key)} is not in the scope ${tellValue(scope)}.`)
  return `${base}/${pathFromKey(client.tell(key))}`
}
