import { statSync } from 'node:fs'
import { dirname } from 'node:path'

/** True if every user of the machine may reach the file: a process of another user cannot run a private checkout. */
export function isOpenToOthers(path: string): boolean {
  const folder = dirname(path)
  return folder === path || ((statSync(folder).mode & 0o001) !== 0 && isOpenToOthers(folder))
}
