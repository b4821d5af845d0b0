import type { Problem } from '../errors/problem.ts'

/** What a page shows of one stored file. */
export interface PageFile {
  readonly key: string
  /** The name that the client gave. */
  readonly name: string
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** ISO 8601, UTC. */
  readonly storedAt: string
  /** Shows the file; with `?download` it is an attachment. */
  readonly url: string
}

/** Everything a page of one upload set needs; plain data. */
export interface PageView {
  /** The set's name. */
  readonly set: string
  /** Where the form is posted to, and where programs upload. */
  readonly action: string
  /** The path that proxies have stripped, '' if there is none. It belongs before each path of your own in the page. */
  readonly prefix: string
  /** Extensions that are taken, without dots; absent where all are. */
  readonly extensions?: readonly string[]
  /** Bytes. */
  readonly maxFileSize: number
  /** Bytes, of a whole request. */
  readonly maxBodySize: number
  readonly maxFiles: number
  /** False where whoever looks may not upload: no form is of use to them. */
  readonly canUpload: boolean
  /** Where one can sign in; absent where there would be no more to see or to do. */
  readonly signIn?: string
  /** Newest first; absent where listing is off, or not for whoever looks. */
  readonly files?: readonly PageFile[]
  /** Where the next, older files are listed. */
  readonly next?: string
  /** What the request before this one did, said once. */
  readonly flash?: string
  /** Why this request was refused: the page is shown with its status. */
  readonly problem?: Problem
}

/** How a person sees an upload set. Without one, a handler speaks JSON alone. */
export interface UploadPage {
  /**
   * The URL of the page: a browser is sent to it (303) after an upload. It gets the path before it that a proxy has
   * stripped. Default: the URL that the form was posted to.
   */
  readonly url?: string
  /** Headers of the page by lower-case name, such as its `content-security-policy`. */
  readonly headers?: Readonly<Record<string, string>>
  /** The whole document. Everything in the view came from clients: escape it. */
  render(view: PageView): string
}
