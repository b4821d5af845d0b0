import { platform } from 'node:process'
import { isKey } from '../../filename/key.ts'
import { isShortName } from '../../filename/short-name.ts'

/**
 * What Windows takes for another file, or for none: a stream (`a.txt:b`, `a.txt::$DATA`), a wildcard, a device (`NUL`,
 * `com1.txt`), and a name with dots or spaces at its end, which it leaves out.
 */
const OTHER_ON_WINDOWS = /[<>:"|?*]|[. ]$|^(?:aux|clock\$|con|conin\$|conout\$|nul|prn|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i

/**
 * True for a key that names one file below the folder and nothing else, on this system: `isKey`, and on Windows no segment
 * that it would read in another way, its short names (`DECANT~1`) included. Decant itself writes no such names, so only files
 * that a person put there can have one. On Windows they are not served, and elsewhere if their folder lists them
 * (`KeySpelling.isListed`).
 *
 * @param system as `process.platform` has it; default the one that runs
 */
export function isDiskKey(key: string, system: string = platform): boolean {
  return isKey(key) && (system !== 'win32' || !key.split('/').some(mayNameAnother))
}

/**
 * True for a segment by which Windows finds another file than the one that is called so, or none. A file system of
 * Windows does the same on any system: FAT, NTFS, or a share that another machine has.
 */
export function mayNameAnother(segment: string): boolean {
  return OTHER_ON_WINDOWS.test(segment) || isShortName(segment)
}
