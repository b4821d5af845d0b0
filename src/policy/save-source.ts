import { tellValue } from '../errors/tell-value.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { UploadDraft } from './upload-draft.ts'
import type { Placement, UploadHead } from './upload-head.ts'

/** A file with a name, such as the standard `File`, or a file of `receive` or `parts`. */
export interface NamedFile {
  readonly name: string
  /** The media type that is claimed for it. */
  readonly type?: string
  /** Bytes, if they are known. */
  readonly size?: number
  stream(): AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>
}

/**
 * A file that a set can save. A `Blob`, a stream and bytes need `name` in the options. Do not change the source until
 * `save` has resolved.
 */
export type SaveSource = NamedFile | Blob | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | Uint8Array

/** The folder and the name of a saved file. A source without a name needs `name`. */
export type SaveOptions = Omit<Placement, 'key'> & {
  /** If it aborts, nothing is left behind, and `save` rejects with the reason. */
  readonly signal?: AbortSignal | undefined
}

/** Stores a whole file by way of a draft. If that fails, nothing of it is left. */
export async function saveSource(
  openDraft: (head: UploadHead, placement: Placement) => UploadDraft,
  source: SaveSource,
  options: SaveOptions,
): Promise<StoredFile> {
  const { signal, ...placement } = options
  signal?.throwIfAborted()
  checkSource(source)
  const head = toHead(source, options.name)
  if (head.filename === '') throw new UploadError('no-file-selected', {})
  const draft = openDraft(head, isNamed(source) ? placement : { folder: placement.folder })
  try {
    for await (const chunk of toChunks(source)) {
      signal?.throwIfAborted()
      await draft.append(chunk)
    }
    await draft.seal()
    return await draft.publish()
  } catch (error) {
    await draft.discard()
    throw error
  }
}

/** @throws {TypeError} for a source that only JavaScript can pass: a path, or the file of another library. */
function checkSource(source: unknown): void {
  const value: object = typeof source === 'object' && source !== null ? source : {}
  if ('stream' in value && typeof value.stream === 'function') return
  if (source instanceof Uint8Array || Symbol.asyncIterator in value) return
  throw new TypeError(
    `${tellValue(source)} cannot be saved: pass a file of receive, a File, a Blob, a stream or bytes. ` +
      'For a file on disk, pass createReadStream(path) with { name }.',
  )
}

function isNamed(source: SaveSource): source is NamedFile {
  return 'name' in source && typeof source.name === 'string' && 'stream' in source
}

function toHead(source: SaveSource, name: string | undefined): UploadHead {
  if (isNamed(source)) return { filename: source.name, type: source.type, size: source.size }
  if (name === undefined) throw new TypeError('This source has no name. Write save(source, { name }).')
  if ('stream' in source) return { filename: name, type: source.type, size: source.size }
  return { filename: name }
}

async function* toChunks(source: SaveSource): AsyncGenerator<Uint8Array, void, undefined> {
  if (source instanceof Uint8Array) yield source
  else yield* 'stream' in source ? source.stream() : source
}
