import { oneOf, OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import type { SignedLinks } from '../access/signed-links.ts'
import { FORM_LIMIT_KINDS } from '../receive/form-limits.ts'
import type { FormLimitOptions } from '../receive/form-limits.ts'
import type { CrossOriginResourcePolicy } from '../serve/inert-headers.ts'
import { HANDLER_GUARD_KINDS } from './handler-guards.ts'
import type { HandlerGuardOptions } from './handler-guards.ts'
import type { UploadHooks } from './hooks.ts'
import type { UploadPage } from './page/page.ts'
import { UPLOAD_SLOT_KINDS } from './upload-slots.ts'
import type { UploadSlotOptions } from './upload-slots.ts'

/** Options of `uploadHandler`: its URL, its permissions, its limits, and how files are served. */
export interface UploadHandlerOptions<Native = unknown, Context = undefined>
  extends
    Omit<FormLimitOptions, 'maxFiles'>,
    UploadSlotOptions,
    HandlerGuardOptions<Native>,
    UploadHooks<Native, Context> {
  /**
   * The path before the handler's URLs, such as `/uploads`, if nothing in front of the handler strips it. Default: the
   * path that a framework has stripped, or none.
   */
  readonly base?: string | undefined
  /**
   * Signed links, of `decant/access`. GET and HEAD with a valid link to exactly this file are allowed without
   * `authorize`. A link that is not valid or has expired is refused. Default: links mean nothing.
   */
  readonly links?: Pick<SignedLinks, 'verify'> | undefined
  /** Whether `GET {base}` lists the files. Default false. */
  readonly listing?: boolean | undefined
  /**
   * Whether a form may hold files that macOS keeps beside others, which are then left out: `._x` if it begins as
   * AppleDouble does, and `.DS_Store`. The answer lists them as `skipped`. Other content under such a name is stored as
   * usual. Default false.
   */
  readonly skipCompanions?: boolean | undefined
  /** Whether DELETE deletes. Default false. */
  readonly deletion?: boolean | undefined
  /**
   * Which sites may embed files (Cross-Origin-Resource-Policy). Default: `cross-origin` if there are `origins`, and the
   * file is open to all or was opened by a signed link; otherwise `same-origin`.
   */
  readonly crossOriginResourcePolicy?: CrossOriginResourcePolicy | undefined
  /** How a person sees the set. Without one the handler speaks JSON alone. */
  readonly page?: UploadPage | undefined
  /** Seconds for which a browser may keep a file without asking again. Default 0. */
  readonly maxAge?: number | undefined
  /**
   * Whether the file under a URL never changes, as with `naming: 'unique'`. Then not even a reload asks again. Default
   * false.
   */
  readonly immutable?: boolean | undefined
  /**
   * Whether proxies and CDNs may keep files, and serve them without a request to this server. Not beside `authorize`.
   * Default false.
   */
  readonly public?: boolean | undefined
  /** Bytes of a whole request. Default: as many of the largest files as a request may have, and 8 MiB. */
  readonly maxBodySize?: number | undefined
}

export const UPLOAD_HANDLER_KINDS: OptionKinds<UploadHandlerOptions<unknown, unknown>> = {
  ...FORM_LIMIT_KINDS,
  ...HANDLER_GUARD_KINDS,
  ...UPLOAD_SLOT_KINDS,
  base: OPTION_KINDS.text,
  context: OPTION_KINDS.call,
  authorize: OPTION_KINDS.call,
  scope: OPTION_KINDS.call,
  place: OPTION_KINDS.call,
  stored: OPTION_KINDS.call,
  deleted: OPTION_KINDS.call,
  links: { ...OPTION_KINDS.object, says: 'the result of signedLinks' },
  listing: OPTION_KINDS.flag,
  skipCompanions: OPTION_KINDS.flag,
  deletion: OPTION_KINDS.flag,
  crossOriginResourcePolicy: oneOf('same-origin', 'same-site', 'cross-origin'),
  page: OPTION_KINDS.object,
  maxAge: OPTION_KINDS.own,
  immutable: OPTION_KINDS.flag,
  public: OPTION_KINDS.flag,
}
