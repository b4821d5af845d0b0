import { UploadError } from '../errors/upload-error.ts'
import { codePointAt } from './code-point.ts'
import { MAX_NAME_BYTES, utf8Length } from './name-bytes.ts'
import { isStoredName, storedName } from './stored-name.ts'

/** The most bytes of a key in UTF-8: the limit of S3. */
const MAX_KEY_BYTES = 1024

/** The most bytes of a folder, so that every name fits behind it. */
export const MAX_FOLDER_BYTES: number = MAX_KEY_BYTES - MAX_NAME_BYTES - 1

/**
 * True if the text can be the key of a stored file. It is made of segments joined by `/`, each of 1 to 255 bytes of
 * UTF-8, and has at most 1024 bytes. A segment does not begin with a dot, and has no backslashes and control
 * characters.
 *
 * The rule keeps reads inside the storage and its private parts hidden. It is not stricter than that, so that files
 * which a person put into the folder by hand can be served. `isStoredName` checks the names that Decant itself writes.
 * The disk storage refuses names that Windows reads in another way (`a:b`, `NUL`, `A~1`).
 */
export function isKey(key: string): boolean {
  return keyFault(key) === undefined
}

/**
 * The key in the path of a URL: percent-encoded segments joined by `/`, without a leading slash, query or fragment.
 *
 * @throws {UploadError} `invalid-key` if the path is not a key. It may have bad percent-encoding or UTF-8, an encoded
 *   slash, backslash or control character, an empty or dot segment, or another fault that `isKey` finds.
 */
export function keyFromPath(path: string): string {
  // RFC 3986 section 3.3: a path is ASCII, and `?` and `#` end it.
  if (/[^!-~]|[?#]/.test(path)) throw invalidKey(path, 'it holds characters that must be percent-encoded')
  const segments = path.split('/').map((segment) => decodeSegment(segment, path))
  if (segments.some((segment) => segment.includes('/'))) throw invalidKey(path, 'it holds an encoded slash')
  const key = segments.join('/')
  const fault = keyFault(key)
  if (fault !== undefined) throw invalidKey(path, fault)
  return key
}

/**
 * The path of a key in a URL: each segment percent-encoded (RFC 3986 section 2.1), with `/` between them. The reverse
 * of `keyFromPath`.
 *
 * @throws {TypeError} if `isKey` is false.
 */
export function pathFromKey(key: string): string {
  const fault = keyFault(key)
  if (fault !== undefined) throw new TypeError(`${JSON.stringify(key)} is not a key: ${fault}`)
  return key.split('/').map(encodeURIComponent).join('/')
}

/**
 * The key of a new file: the stored name of `filename`, in `folder` if one is given.
 *
 * The application chooses the folder, and it is taken unchanged or refused. Cleaning it could merge the folders of two
 * users.
 *
 * @throws {TypeError} if the folder is not made of stored names joined by `/`, or is longer than 768 bytes of UTF-8.
 */
export function safeKey(folder: string | undefined, filename: string): string {
  const name = storedName(filename)
  if (folder === undefined) return name
  if (!folder.split('/').every(isStoredName)) {
    const safe = folder.split('/').map(storedName).join('/')
    throw new TypeError(
      `${JSON.stringify(folder)} is not a safe folder. Use folderOf(id) for an id, or ${JSON.stringify(safe)}.`,
    )
  }
  // The client's name for the file must not decide whether the folder is allowed.
  if (utf8Length(folder) > MAX_FOLDER_BYTES) throw new TypeError(`A folder may have at most ${MAX_FOLDER_BYTES} bytes`)
  return `${folder}/${name}`
}

/** Why the text is not a key, as the rest of a sentence that begins with the key. */
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
    // URIError: a `%` without two digits after it, or bytes that are not UTF-8.
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
