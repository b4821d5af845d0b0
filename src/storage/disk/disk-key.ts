import { platform } from 'node:process'
import { isKey } from '../../filename/key.ts'
import { isShortName } from '../../filename/short-name.ts'

/**
 * Names that mean another file on Windows, or no file. These are streams (`a.txt:b`, `a.txt::$DATA`), wildcards,
 * devices (`NUL`, `com1.txt`), and names that end in dots or spaces, which Windows leaves out.
 */
const OTHER_ON_WINDOWS = /[<>:"|?*]|[. ]$|^(?:aux|clock\$|con|conin\$|conout\$|nul|prn|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i

/**
 * True for a key that can only mean one file below the folder on this system. `isKey` must be true for it. On Windows,
 * no segment may mean another file, not even as a short name (`DECANT~1`). Decant does not write such names, so only an
 * operator can have put such a file there. Windows does not serve it. Other systems serve it if its folder lists it
 * (`KeySpelling.isListed`).
 *
 * @param system a value of `process.platform`; default: the system that runs
 */
export function isDiskKey(key: string, system: string = platform): boolean {
  return isKey(key) && (system !== 'win32' || !key.split('/').some(mayNameAnother))
}

/**
 * True for a segment with which Windows finds a file of another name, or no file. The file systems of Windows do the
 * same on any system: FAT, NTFS, and the shares of another machine.
 */
export function mayNameAnother(segment: string): boolean {
  return OTHER_ON_WINDOWS.test(segment) || isShortName(segment)
}
