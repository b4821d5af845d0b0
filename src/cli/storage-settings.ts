import type { Arguments } from './arguments.ts'
import { parseBucketUrl } from './bucket-url.ts'
import type { BucketSettings } from './bucket-url.ts'
import { CommandError } from './command-error.ts'
import type { Option, PresetOption } from './option.ts'
import { parseSize, parseSwitch } from './parse-value.ts'

/** The place where files are kept: a folder, or a bucket. */
export type StorageSettings = FolderSettings | BucketSettings

/** How files are kept in a folder. */
export interface FolderSettings {
  readonly kind: 'folder'
  /** Bytes of free disk. With less, files are refused. */
  readonly minFreeSpace: number
  /** Flushes each file to the medium before its answer. */
  readonly durable: boolean
  /** Whether only this user of the machine can read new files, and look into new folders. */
  readonly isPrivate: boolean
}

const STORAGE: Option<BucketSettings> = {
  flag: 'storage',
  value: 'URL',
  about: 'bucket to use instead of DIR, such as "s3://inbox/drop?endpoint=https://s3.example&region=eu"',
  parse: parseBucketUrl,
}
const MIN_FREE_SPACE: PresetOption<number> = {
  flag: 'min-free-space',
  value: 'SIZE',
  about: 'free space of the disk below which files are refused',
  preset: '1GiB',
  parse: parseSize,
}
const DURABLE: Option<boolean> = {
  flag: 'durable',
  about: 'flush each file to the disk before its answer, so that it survives a loss of power',
  parse: parseSwitch,
}
const PRIVATE: Option<boolean> = {
  flag: 'private',
  about: 'keep files from other users of this machine (0600, folders 0700); on with --auth, off with --private=false',
  parse: parseSwitch,
}

/** The options of the storage, in the order of the help. */
export const STORAGE_OPTIONS: readonly Option<unknown>[] = [STORAGE, MIN_FREE_SPACE, DURABLE, PRIVATE]

/**
 * @param isGuarded whether clients need credentials: then other users of the machine are kept out, too
 * @throws {CommandError} for a value that its option does not allow. Also for an option of folders beside a bucket: the
 *   operator expects an effect.
 */
export function readStorageSettings(given: Arguments, isGuarded: boolean): StorageSettings {
  const bucket = given.read(STORAGE)
  if (bucket === undefined) {
    return {
      kind: 'folder',
      minFreeSpace: given.read(MIN_FREE_SPACE),
      durable: given.read(DURABLE) ?? false,
      isPrivate: given.read(PRIVATE) ?? isGuarded,
    }
  }
  // `--durable=false` and `--min-free-space=0` ask for nothing.
  const forFolders: readonly Option<unknown>[] = [MIN_FREE_SPACE, DURABLE, PRIVATE]
  const asked = forFolders.find((option) => given.has(option) && Boolean(given.read(option)))
  if (asked === undefined) return bucket
  throw new CommandError(`${given.nameOf(asked)} is for files in a folder; leave it out with ${given.nameOf(STORAGE)}`)
}

/**
 * The folder that was typed.
 *
 * @param operands the arguments after `serve` that are not options
 * @throws {CommandError} for several folders, and for one beside a bucket.
 */
export function readFolder(given: Arguments, operands: readonly string[]): string | undefined {
  const [path, ...others] = operands
  if (others.length > 0) throw new CommandError(`serve takes one DIR; leave out ${others.join(' ')}`)
  if (path === undefined || !given.has(STORAGE)) return path
  throw new CommandError(`${given.nameOf(STORAGE)} keeps the files in a bucket; leave it out, or leave out ${path}`)
}
