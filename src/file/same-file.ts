import type { BigIntStats } from 'node:fs'

/** The identity of a file. It does not depend on the file's name. */
export type FileIdentity = Pick<BigIntStats, 'ino' | 'dev'>

/** Whether both are the same file, which may have two names. */
export function isSameFile(file: FileIdentity, other: FileIdentity | undefined): boolean {
  return other !== undefined && file.ino === other.ino && file.dev === other.dev
}
