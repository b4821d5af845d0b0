import { unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isDiskKey } from './disk-key.ts'
import type { ClaimedDraft, Draft, DraftOptions } from '../draft.ts'
import type { ListOptions, ListPage, OpenFile, Storage, StorageEntry } from '../storage.ts'
import { claimDraft } from './claimed-draft.ts'
import { DiskDraft } from './disk-draft.ts'
import { DiskTransaction } from './disk-transaction.ts'
import type { DraftPlace } from './draft-place.ts'
import { findFile, toEntry } from './disk-entry.ts'
import { listFiles } from './disk-list.ts'
import { sweepDrafts } from './draft-sweep.ts'
import { freeSpace } from './free-space.ts'
import { KeySpelling } from './key-spelling.ts'
import { OpenDiskFile, openStoredFile } from './open-disk-file.ts'
import { settlePrepared } from './prepared-settlement.ts'
import { PrivateFolder } from './private-folder.ts'
import { RecordCache } from './record-cache.ts'
import { WarmFiles } from './warm-files.ts'
import { flushFolder } from '../../file/folder-flush.ts'
import { toStorageError } from '../../file/storage-error.ts'
import { isMissing } from '../../file/system-error.ts'
import type { Recover, StorageTransaction } from '../transaction.ts'

export interface DiskStorageOptions {
  /** Permissions of stored files, whatever the umask; default `0o644`. */
  readonly mode?: number
  /** Bytes of one draft that may wait to be written before `append` asks its caller to wait; default 1 MiB. */
  readonly highWaterMark?: number
  /**
   * How drafts get their names: by hard link where the file system has them (`auto`, the default), or never so. To be the
   * same in all processes that use the folder.
   */
  readonly links?: 'auto' | 'never'
  /**
   * How small calls to the disk are made: at once where it is the machine's own (Linux) and answers quickly (`auto`, the
   * default), which takes a fraction of the time; or always by threads (`threads`), so that nobody ever waits for a disk.
   */
  readonly calls?: 'auto' | 'threads'
  /**
   * Bytes of the disk that stay free: a draft that would leave fewer fails with `storage-full`. Asked when a draft is
   * opened and again every 64 MiB of it. Default 0: the disk may be filled.
   */
  readonly minFreeSpace?: number
  /**
   * Flushes a file, its record and the folders that name it to the medium (fsync) before `publish` resolves, and a
   * folder before `delete` does, so that a loss of power cannot undo them. What cannot be flushed fails with
   * `storage-failed` and is not published. Default false: a few seconds pass before the system does so by itself.
   */
  readonly durable?: boolean
  /**
   * Asked by `sweep` of a transaction that was prepared by a process which is dead now. It must not wait for a sweep itself.
   * Default: publish, since a file that nobody knows of is harmless, and a row that names a file which is not there is not.
   */
  readonly recover?: Recover
}

/** A storage on disk, which knows where each file is. */
export interface DiskStorage extends Storage {
  readonly kind: 'disk'
  resolve(key: string): Promise<string>
  createTransaction(): StorageTransaction
  claim(id: string): Promise<ClaimedDraft | undefined>
  /** Free bytes of the file system that holds the folder, or will. */
  freeSpace(): Promise<number>
  /** The absolute path of a key, whether or not there is such a file. Throws a TypeError for what is no key. */
  path(key: string): string
}

/**
 * Keeps files in a folder, under their keys as they are; files that are put there by hand are stored files too. Whatever
 * is unfinished lives in `<folder>/.decant`, which is made with the first draft, as the folder is; reading makes nothing.
 *
 * Any number of processes of one host may use a folder. `storedAt` is a file's modification time. Published files are
 * flushed to the medium only where `durable` is set. Folders stay when their last file is deleted.
 *
 * @example
 * ```ts
 * const storage = diskStorage('uploads')
 * const draft = storage.createDraft()
 * await draft.append(bytes)
 * const sealed = await draft.seal()
 * const entry = await sealed.publish('cat.jpg', { name: 'Cat.JPG', type: 'image/jpeg' })
 * ```
 * @throws {TypeError} for a `minFreeSpace` that is no number.
 */
export function diskStorage(folder: string, options: DiskStorageOptions = {}): DiskStorage {
  const { mode = 0o644, highWaterMark = 1024 * 1024, links = 'auto', minFreeSpace = 0, durable = false } = options
  const { recover = () => 'publish', calls = 'auto' } = options
  if (!(minFreeSpace >= 0)) throw new TypeError(`minFreeSpace must be a number of at least 0, not ${minFreeSpace}`)
  const root = resolve(folder)
  const sweep = async (): Promise<number> => {
    const count = await sweepDrafts(privateFolder)
    // Not waited for: `recover` may itself want a draft.
    void settle().catch(ignore)
    return count
  }
  const privateFolder = new PrivateFolder(root, { links, durable, calls, sweep })
  const records = new RecordCache(privateFolder.records)
  const spelling = new KeySpelling(root)
  const warmFiles = calls === 'auto' ? new WarmFiles(root) : undefined
  const place: DraftPlace = {
    root,
    folder: privateFolder,
    records,
    mode,
    durable,
    highWaterMark,
    minFreeSpace,
    unsettled: new Map(),
    freeSpace: () => freeSpace(root),
  }
  // One at a time: to settle may make the private folder, which sweeps and would settle.
  let settling: Promise<void> | undefined
  const settle = (): Promise<void> => {
    settling ??= settlePrepared(place, recover).finally(() => {
      settling = undefined
    })
    return settling
  }

  return {
    kind: 'disk',
    createDraft(draftOptions: DraftOptions = {}): Draft {
      return new DiskDraft(place, draftOptions)
    },
    resolve(key: string): Promise<string> {
      return told(() => spelling.resolve(key))
    },
    stat(key: string): Promise<StorageEntry | undefined> {
      return told(async () => {
        const stats = isDiskKey(key) ? await findFile(root, key) : undefined
        return stats === undefined ? undefined : toEntry(key, stats, await records.read(key, stats))
      })
    },
    async open(key: string): Promise<OpenFile | undefined> {
      const warm = warmFiles?.open(key)
      if (warm !== undefined) return warm
      return told(async () => {
        const found = isDiskKey(key) ? await openStoredFile(root, key) : undefined
        if (found === undefined) return undefined
        const entry = toEntry(key, found.stats, await records.read(key, found.stats))
        return new OpenDiskFile(entry, found.file, () => {
          void warmFiles?.remember(entry, found.stats, records.locate(key))
        })
      })
    },
    list(listOptions: ListOptions = {}): Promise<ListPage> {
      return told(() => listFiles(root, records, listOptions))
    },
    delete(key: string): Promise<boolean> {
      return told(async () => {
        if (!isDiskKey(key) || (await findFile(root, key)) === undefined) return false
        // The record first: as long as the file is there, nobody can publish another and have its record removed.
        await records.delete(key)
        try {
          await unlink(join(root, key))
        } catch (error) {
          if (isMissing(error)) return false
          throw error
        }
        if (durable) await flushRemoval(dirname(join(root, key)))
        return true
      })
    },
    sweep(): Promise<number> {
      return told(async () => {
        await privateFolder.checkFormat()
        const count = await sweepDrafts(privateFolder)
        await settle()
        return count
      })
    },
    createTransaction(): StorageTransaction {
      return new DiskTransaction(place)
    },
    claim(id: string): Promise<ClaimedDraft | undefined> {
      return told(() => claimDraft(place, id))
    },
    freeSpace(): Promise<number> {
      return told(() => freeSpace(root))
    },
    path(key: string): string {
      if (!isDiskKey(key)) throw new TypeError(`${JSON.stringify(key)} is no key.`)
      return join(root, key)
    },
  }
}

/** Whatever it was, the next `sweep` meets it again. */
function ignore(): void {}

async function flushRemoval(folder: string): Promise<void> {
  try {
    await flushFolder(folder)
  } catch (error) {
    // The folder went, too, with all that was in it.
    if (!isMissing(error)) throw error
  }
}

/** Tells failures as storages do. */
async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw toStorageError(error)
  }
}
