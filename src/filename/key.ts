import { UploadError } from '../errors/upload-error.ts'
import { codePointAt } from './code-point.ts'
import { MAX_NAME_BYTES, utf8Length } from './name-bytes.ts'
import { isStoredName, storedName } from './stored-name.ts'

/** Bytes that a key may have in UTF-8: what S3 takes. */
const MAX_KEY_BYTES = 1024

/**
 * True when the text can be the key of a stored file: segments joined by `/`, each of 1 to 255 bytes of UTF-8 and none
 * beginning with a dot, without backslashes and control characters; 1024 bytes at most in all.
 *
 * It keeps reads inside the storage and its private parts hidden, and is no stricter than that, so that files which a
 * person put into the folder by hand can be served. What Decant itself writes is checked by `isStoredName`; what Windows
 * would read in another way (`a:b`, `NUL`, `A~1`), the disk storage refuses there.
 */
export function isKey(key: string): boolean {
  return keyFault(key) === undefined
}

/**
 * The key that a URL's path means: percent-encoded segments joined by `/`, without a leading slash, query or fragment.
 *
 * @throws {UploadError} `invalid-key` where the path is no key: bad percent-encoding or UTF-8, an encoded slash,
 * backslash or control character, an empty or dot segment, and whatever else `isKey` does not take.
 */
export function keyFromPath(path: string): string {
  // RFC 3986 section 3.3: a path is ASCII, `?` and `#` end it.
  if (/[^!-~]|[?#]/.test(path)) throw invalidKey(path, 'it holds characters that must be percent-encoded')
  const segments = path.split('/').map((segment) => decodeSegment(segment, path))
  if (segments.some((segment) => segment.includes('/'))) throw invalidKey(path, 'it holds an encoded slash')
  const key = segments.join('/')
  const fault = keyFault(key)
  if (fault !== undefined) throw invalidKey(path, fault)
  return key
}

/**
 * The path of a key in a URL: each segment percent-encoded (RFC 3986 section 2.1), `/` between them. The reverse of
 * `keyFromPath`.
 *
 * @throws {TypeError} where `isKey` is false.
 */
export function pathFromKey(key: string): string {
  const fault = keyFault(key)
  if (fault !== undefined) throw new TypeError(`${JSON.stringify(key)} is not a key: ${fault}`)
  return key.split('/').map(encodeURIComponent).join('/')
}

/**
 * The key of a new file: the stored name of `filename`, in `folder` where one is given.
 *
 * The folder is the application's choice and taken as it is or not at all: cleaning it could make one folder out of two
 * users'.
 *
 * @throws {TypeError} where the folder is not made of stored names joined by `/`, or is longer than 768 bytes of UTF-8.
 */
export function safeKey(folder: string | undefined, filename: string): string {
  const name = storedName(filename)
  if (folder === undefined) return name
  if (!folder.split('/').every(isStoredName)) {
    const safe = folder.split('/').map(storedName).join('/')
    throw new TypeError(`${JSON.stringify(folder)} is not a safe folder. One that is: ${JSON.stringify(safe)}`)
  }
  // Whatever the client calls the file must not decide whether the folder will do.
  const limit = MAX_KEY_BYTES - MAX_NAME_BYTES - 1
  if (utf8Length(folder) > limit) throw new TypeError(`A folder may have at most ${limit} bytes`)
  return `${folder}/${name}`
}

/** Why the text is no key, as the rest of a sentence that begins with the key. */
function keyFault(key: string): string | undefined {
  if (key === '') return 'it is empty'
  if (!key.isWellFormed()) return 'it is not valid Unicode'
  const control = key.search(/\p{Cc}/u)
  if (control !== -1) return `it holds the control character ${codePointAt(key, control)}`
  if (key.includes('\\')) return 'it holds a backslash'
  if (utf8Length(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`
  for (const segment of key.split('/')) {
    if (segment === '') return 'a segment is empty'
    if (beginsWithDot(segment)) return 'a segment begins with a dot'
    if (utf8Length(segment) > MAX_NAME_BYTES) return `a segment is longer than ${MAX_NAME_BYTES} bytes`
  }
  return undefined
}

/**
 * HFS+ does not see invisible characters when it compares names: to it `.decant` with a joiner in front is `.decant`.
 */
function beginsWithDot(segment: string): boolean {
  return /^\p{Default_Ignorable_Code_Point}*\./u.test(segment)
}

function decodeSegment(segment: string, path: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    // URIError: a `%` without two digits after it, or bytes that are no UTF-8.
    throw new UploadError(
      'invalid-key',
      { key: path, reason: 'it is not the percent-encoding of valid UTF-8' },
      { cause: error },
    )
  }
}

function invalidKey(key: string, reason: string): UploadError<'invalid-key'> {
  return new UploadError('invalid-key', { key, reason })
}
