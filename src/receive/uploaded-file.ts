import { saveFile } from '#spool'
import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { toReadableStream } from '../http/readable-stream.ts'
import type { CheckedFile } from '../policy/checked-file.ts'
import type { FileHead } from './read-form.ts'
import type { SaveFileOptions, SpooledFile } from './spool/spool.ts'

const SAVE_KINDS: OptionKinds<SaveFileOptions> = { overwrite: OPTION_KINDS.flag }

/**
 * A file of a form, received whole. It can be read until its upload is disposed of. Its members are called as those of
 * the standard `File`, `name` among them, so that code for a `File` takes it.
 */
export class UploadedFile {
  /** The name of the form field. */
  readonly field: string
  /**
   * The name that the client gave. Show it, but never use it as a path; make one with `secureFilename` or `storedName`.
   * '' if no file was chosen.
   */
  readonly name: string
  /**
   * The media type, `type/subtype`. If a set has accepted the file (`accept` of `receive`), it is the type that the set
   * would record, which the content proves. Otherwise it is the type that the client claims, or
   * `application/octet-stream` if it claims none. The claim is always in `headers`, as `content-type`.
   */
  readonly type: string
  /** `sha-256=:base64:` (RFC 9530), if a set has accepted the file and asks for a digest. */
  declare readonly digest?: string
  /**
   * The headers of its part, by lower-case name; several of one name are joined by `, `. `content-type` is there with
   * its parameters, such as the charset of a text.
   */
  readonly headers: ReadonlyMap<string, string>
  readonly #content: SpooledFile

  /** @param accepted the facts that a set has found, if one has accepted the file */
  constructor(head: FileHead, content: SpooledFile, accepted?: Pick<CheckedFile, 'type' | 'digest'>) {
    this.field = head.field
    this.name = head.filename
    this.type = accepted?.type ?? head.type
    if (accepted?.digest !== undefined) this.digest = accepted.digest
    this.headers = head.headers
    this.#content = content
  }

  /** Size in bytes. */
  get size(): number {
    return this.#content.size
  }

  /** The bytes, as `Blob.stream`; may be called again. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return toReadableStream(this.#content.stream())
  }

  /** All bytes at once: only for files that are known to be small. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(this.size)
    let at = 0
    for await (const chunk of this.#content.stream()) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return bytes
  }

  /** All bytes as UTF-8 text: only for files that are known to be small. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  /**
   * Writes the file to `path`, which appears only when it is whole. Its folder must exist.
   *
   * @throws {UploadError} `name-taken` if the path exists, unless `overwrite` is set; `storage-full`, `storage-failed`.
   * @throws {TypeError} if the folder does not exist, if the runtime has no file system, and for an unknown option.
   */
  async save(path: string, options: SaveFileOptions = {}): Promise<void> {
    checkOptions('file.save', options, SAVE_KINDS)
    await saveFile(path, this.#content.stream(), options)
  }
}
