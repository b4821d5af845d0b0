import { tellValue } from '../errors/tell-value.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { Placement, UploadHead } from './upload-head.ts'

/** A file with a name, such as the standard `File`, or a file of `receive` or `parts`. */
export interface NamedFile {
  readonly name: string
  /** The media type that is claimed for it. */
  readonly type?: string
  /** Bytes, if they are known. Then the file is whole, and `stream` may be called again. */
  readonly size?: number
  stream(): AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>
}

/**
 * A file that a set can save. A `Blob`, a stream and bytes need `name` in the options. Do not change the source until
 * `save` has resolved.
 */
export type SaveSource = NamedFile | Blob | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | Uint8Array

/** A file that code of the application passes to a set. */
export interface FileSource {
  readonly head: UploadHead
  readonly placement: Placement
  /** True if `chunks` may be called again. A stream, and a part of `parts`, can be read once. */
  readonly isReadable: boolean
  chunks(): AsyncIterable<Uint8Array>
}

/** The names that an application gives to a source. */
interface SourceOptions extends Omit<Placement, 'key'> {
  /** The client's name for the file. */
  readonly filename?: string | undefined
}

/**
 * The facts about a source, and its bytes.
 *
 * @param method the method that was called, such as `save`
 * @throws {UploadError} `no-file-selected` for a file input in which no file was chosen.
 * @throws {TypeError} for another kind of source, and for a source without a name.
 */
export function openSource(method: string, source: SaveSource, options: SourceOptions): FileSource {
  requireSource(method, source)
  const head = toHead(method, source, options)
  if (head.filename === '') throw new UploadError('no-file-selected', {})
  const { folder, name, filename } = options
  return {
    head,
    // Without another name, `name` is the client's name.
    placement: isNamed(source) || filename !== undefined ? { folder, name } : { folder },
    // A part of `parts` does not know its size: it is still arriving.
    isReadable: source instanceof Uint8Array || ('stream' in source && source.size !== undefined),
    chunks: () => toChunks(source),
  }
}

/** @throws {TypeError} for a source that only JavaScript can pass: a path, or the file of another library. */
function requireSource(method: string, source: unknown): void {
  const value: object = typeof source === 'object' && source !== null ? source : {}
  if ('stream' in value && typeof value.stream === 'function') return
  if (source instanceof Uint8Array || Symbol.asyncIterator in value) return
  throw new TypeError(
    `${tellValue(source)} cannot be ${method === 'save' ? 'saved' : 'checked'}: pass a file of receive, a File, a ` +
      'Blob, a stream or bytes. For a file on disk, pass createReadStream(path) with { name }.',
  )
}

function isNamed(source: SaveSource): source is NamedFile {
  return 'name' in source && typeof source.name === 'string' && 'stream' in source
}

function toHead(method: string, source: SaveSource, { filename, name }: SourceOptions): UploadHead {
  if (isNamed(source)) return { filename: filename ?? source.name, type: source.type, size: source.size }
  const known = filename ?? name
  if (known === undefined) throw new TypeError(`This source has no name. Write ${method}(source, { name }).`)
  if ('stream' in source) return { filename: known, type: source.type, size: source.size }
  return { filename: known }
}

async function* toChunks(source: SaveSource): AsyncGenerator<Uint8Array, void, undefined> {
  if (source instanceof Uint8Array) yield source
  else yield* 'stream' in source ? source.stream() : source
}
