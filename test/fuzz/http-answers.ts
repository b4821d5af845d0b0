/** An answer of a server, as it came over the wire. */
export interface WireAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) [\t\x20-\x7e]*$/
const HEADER_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*([\t\x20-\x7e\x80-\xff]*?)[\t ]*$/

/**
 * Reads all that a server said on a connection (RFC 9112), to the letter. `rest` is what does not make a whole answer.
 *
 * @param methods of the requests, in order: an answer to HEAD has no body
 */
export function parseAnswers(received: Buffer, methods: readonly string[]): { answers: WireAnswer[]; rest: Buffer } {
  const answers: WireAnswer[] = []
  let rest = received
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n')
    if (headEnd === -1) return { answers, rest }
    const [first = '', ...lines] = rest.toString('latin1', 0, headEnd).split('\r\n')
    const status = Number(STATUS_LINE.exec(first)?.[1] ?? malformed(first))
    const headers = new Map<string, string>()
    for (const line of lines) {
      const [, name = malformed(line), value = ''] = HEADER_LINE.exec(line) ?? []
      if (headers.has(name.toLowerCase())) malformed(`two headers called ${name}`)
      headers.set(name.toLowerCase(), value)
    }
    const afterHead = rest.subarray(headEnd + 4)
    const isEmpty = status < 200 || status === 204 || status === 304 || methods[answers.length] === 'HEAD'
    const content = isEmpty ? { body: Buffer.alloc(0), rest: afterHead } : readBody(afterHead, headers)
    if (content === undefined) return { answers, rest }
    rest = content.rest
    // Interim answers do not count.
    if (status >= 200) answers.push({ status, headers, body: content.body })
    else if (status !== 100) malformed(first)
  }
}

/** `undefined` if it is not complete. */
function readBody(bytes: Buffer, headers: ReadonlyMap<string, string>): { body: Buffer; rest: Buffer } | undefined {
  const length = headers.get('content-length')
  const coding = headers.get('transfer-encoding')
  if (length !== undefined && coding !== undefined) malformed('a length and a coding')
  if (coding !== undefined) return readChunks(bytes)
  // To the end of the connection.
  if (length === undefined) return { body: bytes, rest: Buffer.alloc(0) }
  if (!/^\d+$/.test(length)) malformed(length)
  const size = Number(length)
  return bytes.length < size ? undefined : { body: bytes.subarray(0, size), rest: bytes.subarray(size) }
}

function readChunks(bytes: Buffer): { body: Buffer; rest: Buffer } | undefined {
  const chunks: Buffer[] = []
  let rest = bytes
  for (;;) {
    const lineEnd = rest.indexOf('\r\n')
    if (lineEnd === -1) return undefined
    const line = rest.toString('latin1', 0, lineEnd)
    if (!/^[0-9a-f]+$/i.test(line)) malformed(line)
    const size = Number.parseInt(line, 16)
    const end = lineEnd + 2 + size
    if (rest.length < end + 2) return undefined
    if (rest.toString('latin1', end, end + 2) !== '\r\n') malformed('a chunk without an end')
    chunks.push(rest.subarray(lineEnd + 2, end))
    rest = rest.subarray(end + 2)
    if (size === 0) return { body: Buffer.concat(chunks), rest }
  }
}

function malformed(what: string): never {
  throw new Error(`Not HTTP: ${JSON.stringify(what.slice(0, 200))}`)
}
