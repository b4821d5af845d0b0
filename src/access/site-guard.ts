import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { toIncoming } from '../http/to-incoming.ts'
import type { AnyRequest } from '../http/to-incoming.ts'
import { checkSite, toSiteRules } from './check-site.ts'
import type { SiteOptions } from './check-site.ts'

/** Guards routes against pages of other sites. */
export interface SiteGuard {
  /**
   * Throws unless the request is allowed. It reads only the headers, and leaves the body unread.
   *
   * @throws {UploadError} `cross-site` (403) for an unsafe method (all but GET, HEAD and OPTIONS) from a page of
   *   another site.
   * @throws {TypeError} for a value that is not a request.
   */
  check(request: AnyRequest): void
}

/**
 * The rule of `receive`, `parts` and `uploadForm`, for routes of your own that change something. A browser sends the
 * user's cookies even if a page of another site made it send the request (CSRF). Those three apply the rule by
 * themselves.
 *
 * @example
 * ```ts
 * const guard = siteGuard({ origins: ['https://app.example'] })
 * app.delete('/photos/:key', async (request, response) => {
 *   guard.check(request)
 *   await photos.delete(request.params.key)
 * })
 * ```
 * @throws {TypeError} for an origin that is not valid.
 */
export function siteGuard(options: SiteOptions = {}): SiteGuard {
  // `toSiteRules` checks the origins and reports their faults.
  checkOptions('siteGuard', options, { origins: OPTION_KINDS.own } satisfies OptionKinds<SiteOptions>)
  const rules = toSiteRules(options)
  return {
    check(request) {
      checkSite(toIncoming(request), rules)
    },
  }
}
