import { sep } from 'node:path'

/** As `join` of `node:path`, of an absolute folder and a name that have nothing to be tidied: that reads every letter of both. */
export function pathIn(folder: string, name: string): string {
  return folder + sep + name
}
