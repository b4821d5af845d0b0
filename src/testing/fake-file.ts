import { extensionOf } from '../filename/extension.ts'
import { mediaType, OCTET_STREAM } from '../media/type-by-name.ts'
import { filler } from './fake-file/filler.ts'
import { formatOf } from './fake-file/format-of.ts'

/** Options of `fakeFile`. */
export interface FakeFileOptions {
  /** Bytes. Default 4,096, or as many as `content` has. */
  readonly size?: number | undefined
  /** Default: the type of the extension, or '' if it has none, as in a browser. */
  readonly type?: string | undefined
  /**
   * The bytes, instead of those that fit the name: for example another fake, for a file that is not what its name says.
   */
  readonly content?: string | Blob | Uint8Array<ArrayBuffer> | undefined
  /** Another number makes other bytes. Default 0. */
  readonly seed?: number | undefined
  /** Milliseconds since 1970. Default 0, so that two fakes of one name and size are equal. */
  readonly lastModified?: number | undefined
}

/**
 * A web `File` of any size that passes `content: 'verify'` under its name. PNG, JPEG, GIF, WebP and BMP are a picture
 * of one pixel, and PDF, ZIP, DOCX, ODT, tar and so on are whole. Other formats have a true beginning. Filler makes up
 * the rest of the size. A file of any size takes one MiB of memory.
 *
 * @example
 * ```ts
 * fakeFile('cat.png', { size: 5 * MiB })
 * fakeFile('cat.png', { content: fakeFile('page.html') }) // is not a cat
 * fakeFile('film.mp4', { size: 8 * GiB })
 * ```
 * @throws {TypeError} for a size that is not valid, or too small for the format (0 is an empty file). Also for a size
 *   beside `content`, and for a format that it cannot make: give `content` then.
 */
export function fakeFile(name: string, options: FakeFileOptions = {}): File {
  const { size, content, seed = 0, lastModified = 0 } = options
  const { type = typeOf(name) } = options
  if (content !== undefined) {
    if (size !== undefined)
      throw new TypeError(`${JSON.stringify(name)} has the size of its content: give one of the two.`)
    return new File([content], name, { type, lastModified })
  }
  return new File(toParts(name, size ?? 4096, seed), name, { type, lastModified })
}

function typeOf(name: string): string {
  const type = mediaType(name)
  return type === OCTET_STREAM ? '' : type
}

function toParts(name: string, size: number, seed: number): BlobPart[] {
  if (!Number.isSafeInteger(size) || size < 0) throw new TypeError(`A file has a whole number of bytes, not ${size}.`)
  if (size === 0) return []
  const format = formatOf(extensionOf(name))
  const { head, tail = new Uint8Array() } = format.frame(size)
  const rest = size - head.length - tail.length
  if (rest < 0) {
    const smallest = head.length + tail.length
    throw new TypeError(`${JSON.stringify(name)} needs ${smallest} bytes to be one: for ${size}, give its content.`)
  }
  return [head, ...filler(rest, format.filler, seed), tail]
}
