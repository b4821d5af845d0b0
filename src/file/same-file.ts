import type { BigIntStats } from 'node:fs'

/** The identity of a file, whatever its name is. */
export type FileIdentity = Pick<BigIntStats, 'ino' | 'dev'>

/** Whether two names are those of one file. */
export function isSameFile(file: FileIdentity, other: FileIdentity | undefined): boolean {
  return other !== undefined && file.ino === other.ino && file.dev === other.dev
}
