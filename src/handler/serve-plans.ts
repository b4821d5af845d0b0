import { cacheControl } from '../serve/cache-control.ts'
import type { CacheOptions } from '../serve/cache-control.ts'
import type { CrossOriginResourcePolicy } from '../serve/inert-headers.ts'
import type { ServeOptions } from '../serve/serve-file.ts'
import type { AdmissionReason } from './gate.ts'
import type { UploadHandlerOptions } from './upload-handler-options.ts'

type ServePlanOptions = Pick<
  UploadHandlerOptions<unknown, unknown>,
  'maxAge' | 'immutable' | 'public' | 'authorize' | 'scope' | 'origins' | 'crossOriginResourcePolicy'
>

/** How a handler serves its files, by the reason why the request was let in. */
export class ServePlans {
  readonly #plans: Readonly<
    Record<AdmissionReason, { readonly inline: ServeOptions; readonly attachment: ServeOptions }>
  >

  /**
   * @throws {TypeError} for a `maxAge` that is not a whole number of seconds, and for `public` beside `authorize`. Also
   *   for `public`, `immutable` and `maxAge` beside `scope`.
   */
  constructor(options: ServePlanOptions) {
    const { maxAge, immutable, authorize, scope, origins = [] } = options
    const cache: CacheOptions = {
      ...(maxAge !== undefined && { maxAge }),
      ...(immutable !== undefined && { immutable }),
    }
    cacheControl(cache)
    if (options.public === true && authorize !== undefined) {
      throw new TypeError(
        '"public" lets caches hand out files without asking "authorize". Leave one of them out: files for everyone ' +
          'can have a handler of their own, or fileServer.',
      )
    }
    if (scope !== undefined && (options.public === true || immutable === true || (maxAge ?? 0) > 0)) {
      throw new TypeError(
        'Beside "scope", one URL is another file for each user, and a copy of it must be checked each time. Leave ' +
          '"public", "immutable" and "maxAge" out.',
      )
    }
    // A browser that embeds a file sends its cookies. A page must not see a file that only these cookies have opened.
    const openPolicy: CrossOriginResourcePolicy = origins.length > 0 ? 'cross-origin' : 'same-origin'
    // A URL of another server has the whole key, and no answer tells a client its folder.
    const toPlan = (policy: CrossOriginResourcePolicy, isPublic: boolean, tellsKey: boolean = scope === undefined) => {
      const inline = {
        ...cache,
        redirect: tellsKey,
        ...(isPublic && { public: true }),
        crossOriginResourcePolicy: options.crossOriginResourcePolicy ?? policy,
      }
      return { inline, attachment: { ...inline, disposition: 'attachment' } } as const
    }
    this.#plans = {
      open: toPlan(openPolicy, options.public === true),
      // A shared cache does not know when the link expires. The link tells the folder of the file already.
      link: toPlan(openPolicy, false, true),
      authorized: toPlan('same-origin', false),
    }
  }

  /** @param isDownload true if the file is to be saved, whatever its type */
  planOf(reason: AdmissionReason, isDownload: boolean): ServeOptions {
    const { inline, attachment } = this.#plans[reason]
    return isDownload ? attachment : inline
  }
}
