import { sep } from 'node:path'

/**
 * A faster `join` of `node:path`, for an absolute folder and a name that are both normalised already. `join` reads
 * every letter of both.
 */
export function pathIn(folder: string, name: string): string {
  return folder + sep + name
}
