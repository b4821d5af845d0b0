import { extensionOf, splitExtension } from './extension.ts'
import { utf8Length } from './name-bytes.ts'
import { isServerScript, storedName } from './stored-name.ts'

/** The most folders of a client that lie in each other. */
const MAX_FOLDERS = 16

/** The most bytes of their names, with the slashes between them. */
const MAX_BYTES = 512

/** A path on the client's own disk, or a URL: `/home/ann`, `C:\\`, `\\\\server\\share`, `content://media`. */
const ABSOLUTE = /^(?:[a-z][a-z\d+.-]*:)?[\\/]/i

/** The reason why folders cannot be kept, as the end of a sentence that begins with the path; and what to do. */
export interface FolderFault {
  readonly reason: string
  readonly hint: string
}

/** A client's name for a file, cut into its segments, as the client spells them. */
export interface ClientPath {
  /** Outermost first. */
  readonly folders: readonly string[]
  /** The last segment. '' if there is none. */
  readonly name: string
}

/**
 * The folders in the name that a client gives a file: `trip/day-1/a.jpg` has two. Backslashes count as slashes. Empty
 * segments and `.` are left out. An absolute path tells where the file lies on the client's disk, so its folders do not
 * count.
 */
export function toClientPath(filename: string): ClientPath {
  const segments = filename.split(/[\\/]/).filter((segment) => segment !== '')
  const name = segments.at(-1) ?? ''
  if (ABSOLUTE.test(filename)) return { folders: [], name }
  return { folders: segments.slice(0, -1).filter((segment) => segment !== '.'), name }
}

/**
 * The name under which a folder of a client is stored: its stored name, without an extension that servers run. Some
 * servers run every file in a folder that is called `x.asp`.
 */
export function storedFolder(name: string): string {
  const stored = storedName(name)
  if (!isServerScript(extensionOf(stored))) return stored
  const { stem, suffix } = splitExtension(stored)
  return storedName(`${stem}_${suffix.slice(1)}`)
}

/** The fault of folders that a client asks for; `undefined` if they can be kept. */
export function folderFault(folders: readonly string[]): FolderFault | undefined {
  if (folders.includes('..')) return { reason: 'its path leads back by ".."', hint: 'Send its path without "..".' }
  if (folders.length > MAX_FOLDERS) {
    return { reason: `it lies in more than ${MAX_FOLDERS} folders`, hint: 'Send one of its inner folders instead.' }
  }
  if (utf8Length(folders.join('/')) <= MAX_BYTES) return undefined
  return { reason: `the names of its folders have more than ${MAX_BYTES} bytes`, hint: 'Shorten them.' }
}
