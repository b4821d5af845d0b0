import { existsSync } from 'node:fs'
import { getuid } from 'node:process'
import { findProgram } from '../find-program.ts'

/** Whether we may mount a file system that a program drives (FUSE). */
export function canMount(): boolean {
  return getuid?.() === 0 && existsSync('/dev/fuse')
}

/** A driver of NTFS (`$NTFS`) that can be told not to tell upper case from lower; `undefined` where there is none to use. */
export function findNtfs(): string | undefined {
  return canMount() ? findProgram('NTFS', ['/usr/bin/lowntfs-3g', '/bin/lowntfs-3g']) : undefined
}
