import type { Problem } from '../../errors/problem.ts'
import type { FileAnswer } from '../file-answer.ts'

/** Everything a page of one upload set needs; plain data. */
export interface PageView {
  /** The set's name. */
  readonly set: string
  /** The URL that the form is posted to, and that programs upload to. */
  readonly action: string
  /** The path that proxies have stripped, '' if there is none. It belongs before each path of your own in the page. */
  readonly prefix: string
  /** Extensions that the set takes, without dots; absent if it takes all. */
  readonly extensions?: readonly string[]
  /** Bytes. */
  readonly maxFileSize: number
  /** Bytes, of a whole request. */
  readonly maxBodySize: number
  readonly maxFiles: number
  /** True if the folders of a file are kept, so that whole folders can be sent. Absent: they are not. */
  readonly folders?: boolean
  /** The folder whose files are listed, relative to those of the client. Absent: all folders. */
  readonly folder?: string
  /** False if this client may not upload, so that a form is of no use. */
  readonly canUpload: boolean
  /** The URL to sign in at; absent if signing in cannot give more permissions. */
  readonly signIn?: string
  /** Newest first; absent if listing is off, or if this client may not list. */
  readonly files?: readonly FileAnswer[]
  /** The URL of the page with the next, older files. */
  readonly next?: string
  /** A sentence about the upload before this request. It is shown once. */
  readonly flash?: string
  /** The reason why this request was refused. The page has its status. */
  readonly problem?: Problem
}

/** Draws an upload set for a person. Without a page, a handler answers in JSON only. */
export interface UploadPage {
  /**
   * The URL of the page. After an upload, a browser is redirected to it (303). If a proxy has stripped a path, that
   * path is put before it. Default: the URL that the form was posted to.
   */
  readonly url?: string
  /** Headers of the page by lower-case name, such as its `content-security-policy`. */
  readonly headers?: Readonly<Record<string, string>>
  /** The whole document. Everything in the view came from clients: escape it. */
  render(view: PageView): string
}
