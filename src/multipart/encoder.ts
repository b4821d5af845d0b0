import { BOUNDARY_RULE, isBoundary } from './boundary.ts'

/** A field of a form. */
export interface FieldPart {
  readonly name: string
  readonly value: string
}

/** A file of a form. */
export interface FilePart {
  readonly name: string
  readonly filename: string
  /** `type/subtype`. Default: the type of a `Blob`, else `application/octet-stream`. */
  readonly contentType?: string | undefined
  readonly content: Uint8Array | Blob | AsyncIterable<Uint8Array>
  /** Bytes in `content`, if it is a stream and they are known. The stream must have exactly that many. */
  readonly size?: number | undefined
}

/** A form, ready to be sent. */
export interface EncodedForm {
  /** The value of Content-Type, with the boundary. */
  readonly contentType: string
  /** Bytes of the whole body; `undefined` if the size of a stream is not known. */
  readonly size: number | undefined
  /**
   * The body, piece by piece; nothing is read before the consumer asks for it. Rejects with an error of a source, and
   * with a `TypeError` if a stream has another size than was given.
   */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>
  /** The body as a web stream, for `fetch` and `Request`. Cancelling it cancels its source. */
  stream(): ReadableStream<Uint8Array>
}

const UTF_8 = new TextEncoder()

/**
 * Encodes a form as browsers do (HTML, "multipart/form-data encoding algorithm"). A quote, CR and LF in a name become
 * `%22`, `%0D` and `%0A`. Line ends in names and values of fields become CR LF. As with browsers, three kinds of names
 * do not come back as they were. The decoder reads `%22` as a quote and decodes a name that is one RFC 2047 word. It
 * refuses a file if its field's name ends in a backslash.
 *
 * @example
 *   const form = encodeMultipart([
 *     { name: 'title', value: 'Summer' },
 *     { name: 'photo', filename: 'sea.jpg', contentType: 'image/jpeg', content: bytes },
 *   ])
 *   const headers = { 'content-type': form.contentType }
 *   await fetch(url, { method: 'POST', headers, body: form.stream(), duplex: 'half' })
 * @param options.boundary 1 to 256 visible ASCII characters or spaces, without `"`, `\`, `<` and `>`, and without a
 *   space at the end. No part may have it after two dashes at the beginning of a line. Default: random, 128 bits.
 * @throws {TypeError} for a boundary or a content type with characters that are not allowed.
 */
export function encodeMultipart(
  parts: Iterable<FieldPart | FilePart>,
  options: { readonly boundary?: string | undefined } = {},
): EncodedForm {
  const boundary = options.boundary ?? randomBoundary()
  if (!isBoundary(boundary))
    throw new TypeError(`${JSON.stringify(boundary)} is not a valid boundary: ${BOUNDARY_RULE}`)
  const pieces: Piece[] = []
  for (const part of parts) pieces.push(...toPieces(part, boundary))
  pieces.push({ content: UTF_8.encode(`--${boundary}--\r\n`), size: undefined })
  const chunks = (): AsyncGenerator<Uint8Array, void, undefined> => toChunks(pieces)
  return {
    contentType: `multipart/form-data; boundary=${/^[\w.-]+$/.test(boundary) ? boundary : `"${boundary}"`}`,
    size: totalSize(pieces),
    chunks,
    stream: () => toStream(chunks()),
  }
}

/** Bytes that follow one another in the body. */
interface Piece {
  readonly content: FilePart['content']
  /** Bytes of a stream, if the caller gave them. */
  readonly size: number | undefined
}

function toPieces(part: FieldPart | FilePart, boundary: string): Piece[] {
  const start = `--${boundary}\r\nContent-Disposition: form-data; name="${escape(toCrlf(part.name))}"`
  if ('value' in part) {
    return [{ content: UTF_8.encode(`${start}\r\n\r\n${toCrlf(part.value)}\r\n`), size: undefined }]
  }
  const { content, filename, size } = part
  const ownType = content instanceof Blob && content.type !== '' ? content.type : 'application/octet-stream'
  const contentType = part.contentType ?? ownType
  if (!/^[\t\x20-\x7e]*$/.test(contentType)) {
    throw new TypeError(`${JSON.stringify(contentType)} is not a valid content type. Write type/subtype.`)
  }
  return [
    {
      content: UTF_8.encode(`${start}; filename="${escape(filename)}"\r\nContent-Type: ${contentType}\r\n\r\n`),
      size: undefined,
    },
    { content, size },
    { content: UTF_8.encode('\r\n'), size: undefined },
  ]
}

async function* toChunks(pieces: readonly Piece[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { content, size } of pieces) {
    if (content instanceof Uint8Array) {
      if (content.length > 0) yield content
      continue
    }
    let sent = 0
    for await (const chunk of content instanceof Blob ? content.stream() : content) {
      sent += chunk.length
      if (size !== undefined && sent > size) break
      if (chunk.length > 0) yield chunk
    }
    if (size !== undefined && sent !== size) {
      throw new TypeError(`A stream has ${sent > size ? 'more' : 'fewer'} bytes than its size of ${size}`)
    }
  }
}

function totalSize(pieces: readonly Piece[]): number | undefined {
  let total = 0
  for (const { content, size } of pieces) {
    const known = content instanceof Uint8Array ? content.length : content instanceof Blob ? content.size : size
    if (known === undefined) return undefined
    total += known
  }
  return total
}

/** `ReadableStream.from` does the same, but not every runtime has it. */
function toStream(chunks: AsyncGenerator<Uint8Array, void, undefined>): ReadableStream<Uint8Array> {
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await chunks.return()
    },
  }
  // Nothing is read ahead.
  return new ReadableStream(source, { highWaterMark: 0 })
}

function randomBoundary(): string {
  const random = crypto.getRandomValues(new Uint8Array(16))
  return `----DecantFormBoundary${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

function toCrlf(text: string): string {
  return text.replaceAll(/\r\n|\r|\n/g, '\r\n')
}

function escape(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
