/** The action of a request. HEAD counts as `fetch`. */
export type UploadAction = 'upload' | 'list' | 'fetch' | 'delete'

/** The question that `authorize` answers. */
export interface UploadRequest<Native = unknown, Context = unknown> {
  readonly action: UploadAction
  /** The upload set's name. */
  readonly set: string
  /**
   * The key in the storage, for `fetch` and `delete`, and for an upload that wants exactly this key. Absent if `scope`
   * has failed.
   */
  readonly key?: string | undefined
  /** The runtime's or framework's own request: a Fetch `Request`, a Node `IncomingMessage`, Koa's or Hono's context. */
  readonly request: Native
  /** The result of the `context` hook; `undefined` if there is none. */
  readonly context: Context
  /**
   * The folder below which all keys of this client lie, '' if it is the whole set. `undefined` if the `scope` hook has
   * failed, for example because no user is signed in. If `authorize` allows such a request, it is refused with the
   * error of `scope`.
   */
  readonly scope: string | undefined
}
