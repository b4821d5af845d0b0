/** A request as it came in. */
export interface EngineRequest {
  readonly method: string
  /** Percent-encoded, as it was sent and signed. */
  readonly path: string
  /** Decoded. */
  readonly query: ReadonlyMap<string, string>
  /** The names are in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** An answer before it is sent. */
export interface EngineAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** The connection is reset after so many bytes of the body. */
  readonly resetAfter?: number
}

const NO_BYTES = new Uint8Array()

/** An answer without a body. */
export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): EngineAnswer {
  return { status, headers, body: NO_BYTES }
}

/** An answer whose body is a document in XML. */
export function xmlAnswer(
  document: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): EngineAnswer {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${document}`)
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body }
}
