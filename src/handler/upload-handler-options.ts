import { oneOf, OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import type { SignedLinks } from '../access/signed-links.ts'
import type { UploadError } from '../errors/upload-error.ts'
import { FORM_LIMIT_KINDS } from '../receive/form-limits.ts'
import type { FormLimitOptions } from '../receive/form-limits.ts'
import type { CrossOriginResourcePolicy } from '../serve/inert-headers.ts'
import type { UploadHooks } from './hooks.ts'
import type { UploadPage } from './page/page.ts'
import type { UploadSlotOptions } from './upload-slots.ts'

/** Options of `uploadHandler`: its URL, its permissions, its limits, and how files are served. */
export interface UploadHandlerOptions<Native = unknown, Context = undefined>
  extends Omit<FormLimitOptions, 'maxFiles'>, UploadSlotOptions, UploadHooks<Native, Context> {
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
   * Pages of these origins may send requests and read the answers (CORS): `https://app.example`,
   * `capacitor://localhost`, `chrome-extension://...`. Origins are compared as text. Default none.
   */
  readonly origins?: readonly string[] | undefined
  /**
   * The headers that requests of these pages may have. List those of Decant that you use as well, such as
   * `content-type`, `content-disposition` and `authorization`. Default: any.
   */
  readonly allowedHeaders?: readonly string[] | undefined
  /**
   * Which sites may embed files (Cross-Origin-Resource-Policy). Default: `cross-origin` if there are `origins`, and the
   * file is open to all or was opened by a signed link; otherwise `same-origin`.
   */
  readonly crossOriginResourcePolicy?: CrossOriginResourcePolicy | undefined
  /**
   * Names, without ports, to which the server answers, such as `localhost` and `[::1]`; or a test of such a name in
   * lower case. Every other Host is refused. Default: any.
   */
  readonly hosts?: readonly string[] | ((name: string) => boolean) | undefined
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
  /**
   * Called for every failure of the server (5xx, but not 501), also in the middle of a download. The client does not
   * learn the cause. The function must not throw.
   */
  readonly onError?: ((error: UploadError, request: Native) => void) | undefined
  /** Bytes of a whole request. Default: as many of the largest files as a request may have, and 8 MiB. */
  readonly maxBodySize?: number | undefined
}

export const UPLOAD_HANDLER_KINDS: OptionKinds<UploadHandlerOptions<unknown, unknown>> = {
  ...FORM_LIMIT_KINDS,
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
  // `parseOrigins` tells the fault.
  origins: OPTION_KINDS.own,
  allowedHeaders: OPTION_KINDS.texts,
  crossOriginResourcePolicy: oneOf('same-origin', 'same-site', 'cross-origin'),
  hosts: {
    says: 'an array of hosts or a function',
    takes: (value) => OPTION_KINDS.texts.takes(value) || OPTION_KINDS.call.takes(value),
  },
  page: OPTION_KINDS.object,
  maxAge: OPTION_KINDS.own,
  immutable: OPTION_KINDS.flag,
  public: OPTION_KINDS.flag,
  onError: OPTION_KINDS.call,
  maxUploads: OPTION_KINDS.size,
  maxUploadsPerClient: OPTION_KINDS.size,
  takeSlot: OPTION_KINDS.call,
}
