import { existsSync, readFileSync } from 'node:fs'
import { getuid } from 'node:process'
import { findProgram } from '../find-program.ts'

/** Whether we may mount a file system that a program drives (FUSE). */
export function canMount(): boolean {
  return getuid?.() === 0 && existsSync('/dev/fuse')
}

/**
 * A driver of NTFS (`$NTFS`) that can ignore the difference between upper and lower case; `undefined` if there is none.
 */
export function findNtfs(): string | undefined {
  return canMount() ? findProgram('NTFS', ['/usr/bin/lowntfs-3g', '/bin/lowntfs-3g']) : undefined
}

/** The program that gives a file of NTFS its short name (`$SETFATTR`); `undefined` if there is none. */
export function findSetfattr(): string | undefined {
  return findProgram('SETFATTR', ['/usr/bin/setfattr', '/bin/setfattr'])
}

/** The program that makes FAT (`$MKFS_VFAT`), if this kernel mounts FAT; `undefined` if there is none. */
export function findMakeFat(): string | undefined {
  return mountsFat() ? findProgram('MKFS_VFAT', ['/usr/sbin/mkfs.vfat', '/sbin/mkfs.vfat']) : undefined
}

function mountsFat(): boolean {
  if (getuid?.() !== 0 || !existsSync('/dev/loop-control')) return false
  try {
    return readFileSync('/proc/filesystems', 'utf8').includes('\tvfat\n')
  } catch {
    // ENOENT: not Linux.
    return false
  }
}
