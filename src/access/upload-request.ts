/** The action of a request. HEAD counts as `fetch`. */
export type UploadAction = 'upload' | 'list' | 'fetch' | 'delete'

/** The question that `authorize` answers. */
export interface UploadRequest {
  readonly action: UploadAction
  /** The upload set's name. */
  readonly set: string
  /** The stored file, for `fetch` and `delete`, and for an upload that wants exactly this key. */
  readonly key?: string | undefined
  /** The runtime's or framework's own request: a Fetch `Request`, a Node `IncomingMessage`. */
  readonly request: unknown
}
