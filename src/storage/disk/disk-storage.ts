import { checkOptions } from '../../errors/check-options.ts'
import { oneOf, OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKind, OptionKinds } from '../../errors/option-kinds.ts'
import { tellValue } from '../../errors/tell-value.ts'
import { join, resolve } from 'node:path'
import { isDiskKey } from './disk-key.ts'
import type { ClaimedDraft, Draft, DraftOptions, PathDraft, SealedDraft } from '../draft.ts'
import { cachedStorage } from '../cache/cached-storage.ts'
import type { CacheableFile } from '../cache/cached-storage.ts'
import type { DeleteOptions, ListOptions, ListPage, Storage, StorageEntry } from '../storage.ts'
import { ChangeCheck } from './change-check.ts'
import { claimDraft } from './claimed-draft.ts'
import { DiskDraft } from './disk-draft.ts'
import { DiskTransaction } from './disk-transaction.ts'
import { draftOfFile } from './draft-of-file.ts'
import { draftOfPath } from './draft-of-path.ts'
import type { DraftPlace } from './draft-place.ts'
import { findFile, toEntry } from './disk-entry.ts'
import { listFiles } from './disk-list.ts'
import { folderChildren } from './folder-children.ts'
import { deleteFile } from './deletion.ts'
import { diskRoom } from './free-space.ts'
import { KeySpelling } from './key-spelling.ts'
import { OpenDiskFile, openStoredFile } from './open-disk-file.ts'
import type { FoundFile } from './open-disk-file.ts'
import { thisHost } from './host.ts'
import type { Host } from './host.ts'
import { PrivateFolder } from './private-folder.ts'
import { RecordCache } from './record-cache.ts'
import { Sweeper } from './sweeper.ts'
import { TimeIndex } from './time-index/time-index.ts'
import { UnreadableFiles } from './unreadable-files.ts'
import { pathIn } from '../../file/path-in.ts'
import { DiskCalls } from '../../file/disk-calls.ts'
import { toStorageError } from '../../file/storage-error.ts'
import type { Recover, StorageTransaction, TransactionLeader } from '../transaction.ts'
import { requireKey } from '../require-key.ts'

/** Options of `diskStorage`. */
export interface DiskStorageOptions {
  /** Permissions of stored files, whatever the umask; default `0o644`. With `0o600`, no other user can read them. */
  readonly mode?: number
  /**
   * Permissions of the folders that it makes, whatever the umask: the folder itself, and the folders that keys name.
   * With `0o700`, no other user can look into them. Default: `0o777`, reduced by the umask.
   */
  readonly folderMode?: number
  /** Bytes of one draft that may wait to be written before `append` asks its caller to wait; default 1 MiB. */
  readonly highWaterMark?: number
  /**
   * Whether drafts get their names by hard links. `auto` uses them if the file system has them, and is the default.
   * `never` does not use them. All processes that use the folder must have the same value.
   */
  readonly links?: 'auto' | 'never'
  /**
   * How small calls to the disk are made. With `auto`, the default, they are made at once if the disk belongs to the
   * machine (Linux only) and answers quickly. This takes a fraction of the time. With `threads`, they are always made
   * by threads, so that other requests never wait for the disk.
   */
  readonly calls?: 'auto' | 'threads'
  /**
   * Bytes of the disk that stay free. A draft that would leave fewer fails with `storage-full`. With this option, room
   * for 1,000 more files (inodes) must stay free, too, or for 1 % of all files on a small disk. The disk is asked when
   * a draft is opened, and again after every 64 MiB of it. Default 0: drafts may fill the disk.
   */
  readonly minFreeSpace?: number
  /**
   * Flushes to the medium (fsync), so that a loss of power cannot undo an upload or a deletion. Before `publish`
   * resolves, the file, its record and the folders that name it are flushed. Before `delete` resolves, the folder is
   * flushed. If flushing fails, the call rejects with `storage-failed`, and `publish` publishes nothing. Default false:
   * the system flushes by itself after a few seconds.
   */
  readonly durable?: boolean
  /**
   * Decides about a transaction that was prepared by a process which is dead or silent now. It is called by `sweep`,
   * and every 15 seconds while the storage is in use. It must not wait for a sweep itself. Default: publish if the
   * process is certainly dead, or after a day. A file that no row names is harmless, but a row without its file is not.
   */
  readonly recover?: Recover
  /**
   * Whether `recover` makes sure that a missing row stays missing, by a row of its own under the same unique key. Then
   * its `discard` counts after two minutes without a sign of life. Default false.
   */
  readonly recoverFences?: boolean
}

/** A storage on disk, which knows the path of each file. */
export interface DiskStorage extends Storage {
  readonly kind: 'disk'
  resolve(key: string): Promise<string>
  isTaken(key: string): Promise<boolean>
  readonly recover: Recover | undefined
  createTransaction(leader?: TransactionLeader): StorageTransaction
  close(): Promise<void>
  claim(id: string): Promise<ClaimedDraft | undefined>
  draftOf(key: string, version: string): Promise<SealedDraft | undefined>
  draftOfPath(path: string): Promise<PathDraft>
  /** Free bytes of the file system that holds the folder, or will hold it. */
  freeSpace(): Promise<number>
  /** The absolute path of a key, whether or not there is such a file. Throws a TypeError if the key is not valid. */
  path(key: string): string
}

const KINDS: OptionKinds<DiskStorageOptions> = {
  mode: permissions(0o400, 0o777),
  folderMode: permissions(0o700, 0o3777),
  highWaterMark: OPTION_KINDS.size,
  links: oneOf('auto', 'never'),
  calls: oneOf('auto', 'threads'),
  minFreeSpace: OPTION_KINDS.size,
  durable: OPTION_KINDS.flag,
  recover: OPTION_KINDS.call,
  recoverFences: OPTION_KINDS.flag,
}

/**
 * Keeps files in a folder: the path of a file below the folder is its key. Files that are put there by hand are stored
 * files, too. Unfinished files live in `<folder>/.decant`. The first draft makes both folders. Reading makes nothing.
 *
 * Any number of processes and containers of one host may use a folder. `storedAt` is a file's modification time.
 * Published files are flushed to the medium only if `durable` is set. Folders stay when their last file is deleted.
 *
 * A list by `newest` has every file that was stored before it was asked for, but it remembers times of files. A file
 * may be changed or replaced under the same name, by hand or by another process. Then it may reach its new place a
 * minute later.
 *
 * @example
 * ```ts
 * const storage = diskStorage('uploads')
 * const draft = storage.createDraft()
 * await draft.append(bytes)
 * const sealed = await draft.seal()
 * const entry = await sealed.publish('cat.jpg', { filename: 'Cat.JPG', type: 'image/jpeg' })
 * ```
 * @throws {TypeError} for a folder that is not a path, an unknown option and an option of another type. Also for
 *   permissions that would lock the process itself out.
 */
export function diskStorage(folder: string, options: DiskStorageOptions = {}): DiskStorage {
  if (typeof folder !== 'string' || folder === '') {
    throw new TypeError(`diskStorage needs the path of a folder, such as 'uploads'; got ${tellValue(folder)}.`)
  }
  checkOptions('diskStorage', options, KINDS)
  return openDiskStorage(folder, options, thisHost)
}

/** Like `diskStorage`, but tests can give it the host of an imagined process. */
export function openDiskStorage(folder: string, options: DiskStorageOptions, host: Host): DiskStorage {
  const { mode = 0o644, highWaterMark = 1024 * 1024, links = 'auto', minFreeSpace = 0, durable = false } = options
  const { recover, recoverFences = false, calls = 'auto', folderMode } = options
  const root = resolve(folder)
  const sweep = (): Promise<void> => sweeper.begin()
  const privateFolder = new PrivateFolder(root, { links, durable, calls, folderMode, host, sweep })
  const records = new RecordCache(root, privateFolder)
  const spelling = new KeySpelling(root)
  const unreadable = new UnreadableFiles()
  const listed = { root, records, unreadable, calls: new DiskCalls() }
  const index = new TimeIndex({
    root,
    calls: listed.calls,
    clock: host.clock,
    isAtOnce: calls === 'auto',
    children: (prefix) => folderChildren(listed, prefix),
    skip: (path, look) => unreadable.skip(path, look),
  })
  const changes = calls === 'auto' ? new ChangeCheck(root) : undefined
  const place: DraftPlace = {
    root,
    folder: privateFolder,
    records,
    mode,
    durable,
    highWaterMark,
    minFreeSpace,
    doubt: (key) => index.doubt(key),
    room: () => diskRoom(root),
  }
  // Most keys need no call to the disk, and so no promise.
  const isReadable = (key: string): boolean | Promise<boolean> => isDiskKey(key) && spelling.isListed(key)
  const openReadable = async (key: string): Promise<FoundFile | undefined> =>
    (await isReadable(key)) ? unreadable.skip(join(root, key), () => openStoredFile(root, key)) : undefined
  const sweeper = new Sweeper(place, host.clock, { recover, isFencing: recoverFences, now: () => host.clock.wall() })

  const storage = {
    kind: 'disk' as const,
    recover,
    createDraft(draftOptions: DraftOptions = {}): Draft {
      return new DiskDraft(place, draftOptions)
    },
    resolve(key: string): Promise<string> {
      return told(() => spelling.resolve(key))
    },
    stat(key: string): Promise<StorageEntry | undefined> {
      return told(async () => {
        const stats = (await isReadable(key))
          ? await unreadable.skip(join(root, key), () => findFile(root, key))
          : undefined
        return stats === undefined ? undefined : toEntry(key, stats, await records.read(key, stats))
      })
    },
    isTaken(key: string): Promise<boolean> {
      return told(async () => isDiskKey(key) && (await privateFolder.calls.exists(pathIn(root, key))))
    },
    open(key: string): Promise<CacheableFile | undefined> {
      return told(async () => {
        const found = await openReadable(key)
        if (found === undefined) return undefined
        const entry = toEntry(key, found.stats, await records.read(key, found.stats))
        const isCurrent = changes?.of({ entry, stats: found.stats, recordPath: records.locate(key) })
        return new OpenDiskFile(entry, found.file, isCurrent)
      })
    },
    list(listOptions: ListOptions = {}): Promise<ListPage> {
      return told(async () => {
        const below = listOptions.folder
        if (below !== undefined && !(await isReadable(below))) return { entries: [] }
        return listFiles({ ...listed, index }, listOptions)
      })
    },
    delete(key: string, { version }: DeleteOptions = {}): Promise<boolean> {
      return told(async () => {
        await privateFolder.checkTrust()
        return (await isReadable(key)) && deleteFile(place, key, version)
      })
    },
    sweep(): Promise<number> {
      return told(async () => {
        await privateFolder.checkTrust()
        await privateFolder.checkFormat()
        return sweeper.sweep()
      })
    },
    createTransaction(leader?: TransactionLeader): StorageTransaction {
      return new DiskTransaction(place, isReadable, leader)
    },
    async close(): Promise<void> {
      index.clear()
      await sweeper.stop()
      await privateFolder.close()
    },
    claim(id: string): Promise<ClaimedDraft | undefined> {
      return told(async () => {
        await privateFolder.checkTrust()
        return claimDraft(place, id)
      })
    },
    draftOf(key: string, version: string): Promise<SealedDraft | undefined> {
      return told(async () => {
        const found = await openReadable(key)
        return found === undefined ? undefined : draftOfFile(place, key, found, version)
      })
    },
    draftOfPath(path: string): Promise<PathDraft> {
      return told(() => draftOfPath(place, path))
    },
    freeSpace(): Promise<number> {
      return told(async () => (await diskRoom(root)).bytes)
    },
    path(key: string): string {
      requireKey(key, isDiskKey(key))
      return join(root, key)
    },
  }
  return changes === undefined ? storage : cachedStorage(storage)
}

/** Turns failures into the errors that storages reject with. */
async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw toStorageError(error)
  }
}

/** Permissions with all bits of `least`, up to `most`. A decimal 644 that was meant as 0o644 fails both checks. */
function permissions(least: number, most: number): OptionKind {
  return {
    says: `permissions that let the process itself in, such as 0o${(least | 0o200).toString(8)}`,
    takes: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most && (value & least) === least,
    tells: (value) => (typeof value === 'number' && value >= 0 ? `0o${value.toString(8)}` : tellValue(value)),
  }
}
