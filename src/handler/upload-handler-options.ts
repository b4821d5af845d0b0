import type { UploadError } from '../errors/upload-error.ts'
import type { FormLimitOptions } from '../receive/form-limits.ts'
import type { UploadPage } from './page.ts'
import type { UploadSlotOptions } from './upload-slots.ts'

/** What a request wants to do. HEAD counts as `fetch`. */
export type UploadAction = 'upload' | 'list' | 'fetch' | 'delete'

/** What `authorize` is asked. */
export interface UploadRequest {
  readonly action: UploadAction
  /** The upload set's name. */
  readonly set: string
  /** The stored file, for `fetch` and `delete`, and for an upload that wants exactly this key. */
  readonly key?: string | undefined
  /** The runtime's or framework's own request: a Fetch `Request`, a Node `IncomingMessage`. */
  readonly request: unknown
}

export interface UploadHandlerOptions extends Omit<FormLimitOptions, 'maxFiles'>, UploadSlotOptions {
  /**
   * The path before the handler's URLs, such as `/uploads`, where nothing in front of the handler strips it. Default: what
   * a framework has stripped, else none.
   */
  readonly base?: string | undefined
  /** Decides everything, before any byte is read. Only `true` allows; it may also throw an `UploadError`. Default: all is allowed. */
  readonly authorize?: ((request: UploadRequest) => boolean | Promise<boolean>) | undefined
  /** Whether `GET {base}` lists the files. Default false. */
  readonly listing?: boolean | undefined
  /** Whether DELETE deletes. Default false. */
  readonly deletion?: boolean | undefined
  /** Origins (`https://app.example`) that may send requests from their pages and read the answers (CORS). Default none. */
  readonly origins?: readonly string[] | undefined
  /**
   * Names without ports under which the server is known, such as `localhost` and `[::1]`; every other Host is refused.
   * Default: any.
   */
  readonly hosts?: readonly string[] | undefined
  /** How a person sees the set. Without one the handler speaks JSON alone. */
  readonly page?: UploadPage | undefined
  /** Seconds for which a browser may keep a file without asking again. Default 0. */
  readonly maxAge?: number | undefined
  /**
   * Told of every failure of ours (status 500 and above), whose cause the client is not told, also one in the middle of a
   * download. Must not throw.
   */
  readonly onError?: ((error: UploadError, request: unknown) => void) | undefined
  /** Bytes of a whole request. Default: as many of the largest files as a request may have, and 8 MiB. */
  readonly maxBodySize?: number | undefined
}
