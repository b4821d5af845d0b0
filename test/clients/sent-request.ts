/** A file that a client sends as a part of a form. */
export interface SentFile {
  readonly field: string
  readonly filename: string
  readonly type: string
  /** The file on the disk that holds its bytes. */
  readonly path: string
}

/** A request that a client program gets as JSON: a form, or a file that is the whole body. */
export interface SentRequest {
  readonly method: 'POST' | 'PUT'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Names and values of a form. A form without files is urlencoded, as each client does by default. */
  readonly fields?: readonly (readonly [string, string])[]
  readonly files?: readonly SentFile[]
  /** The file on the disk that is the body, if it is not a form. */
  readonly body?: string
}

/** The report of a client program about a request: the answer as the client saw it, or the client's own error. */
export interface SeenAnswer {
  readonly status?: number
  readonly text?: string
  readonly error?: string
}
