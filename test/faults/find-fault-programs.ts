import { accessSync, constants, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { findProgram } from '../find-program.ts'

/** The path of strace (`$STRACE`), or undefined if the machine has none. */
export function findStrace(): string | undefined {
  return findProgram('STRACE', ['/usr/bin/strace', '/usr/local/bin/strace'])
}

/** The path of the program that makes an ext4 file system (`$MKFS_EXT4`), or undefined if the machine has none. */
export function findMakeExt4(): string | undefined {
  return findProgram('MKFS_EXT4', ['/usr/sbin/mkfs.ext4', '/sbin/mkfs.ext4', '/usr/bin/mkfs.ext4'])
}

/**
 * The path of the library that gives a program another clock (`$LIBFAKETIME`), or undefined if the machine has none.
 */
export function findFaketime(): string | undefined {
  const named = env['LIBFAKETIME']
  // Debian has a folder for each kind of processor below /usr/lib.
  const places = named ? [named] : ['/usr/lib', ...foldersIn('/usr/lib')].map((folder) => join(folder, LIBRARY))
  return places.find(isReadable)
}

const LIBRARY = 'faketime/libfaketime.so.1'

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path).map((name) => join(path, name))
  } catch {
    // ENOENT: no such system.
    return []
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    // ENOENT, ENOTDIR, EACCES: whatever the reason, it cannot be loaded.
    return false
  }
}
