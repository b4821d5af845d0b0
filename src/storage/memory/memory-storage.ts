import { checkOptions } from '../../errors/check-options.ts'
import { OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import { UploadError } from '../../errors/upload-error.ts'
import { checkByteRange } from '../byte-range.ts'
import type { ClaimedDraft, Draft, DraftOptions, SealedDraft } from '../draft.ts'
import { listPage } from '../list-page.ts'
import type { DeleteOptions, ListOptions, ListPage, OpenFile, Storage, StorageEntry } from '../storage.ts'
import type { ByteChunks } from './byte-chunks.ts'
import { MemoryDraft } from './memory-draft.ts'
import { MemoryShelf } from './memory-shelf.ts'
import { MemoryTransaction } from './memory-transaction.ts'
import type { StorageTransaction, TransactionLeader } from '../transaction.ts'

/** Options of `memoryStorage`. */
export interface MemoryStorageOptions {
  /** Most bytes of all drafts and stored files together; default unlimited. Beyond, drafts fail with `storage-full`. */
  readonly maxSize?: number
}

/** A storage in memory. It knows how much room is left. */
export interface MemoryStorage extends Storage {
  readonly kind: 'memory'
  createTransaction(leader?: TransactionLeader): StorageTransaction
  claim(id: string): Promise<ClaimedDraft | undefined>
  draftOf(key: string, version: string): Promise<SealedDraft | undefined>
  /** The bytes that are left of `maxSize`, or `Infinity` without that option. */
  freeSpace(): Promise<number>
}

const KINDS: OptionKinds<MemoryStorageOptions> = { maxSize: OPTION_KINDS.size }

/**
 * Keeps files in memory, as long as the program refers to the storage. It is made for tests, and for files that are
 * passed on at once. It copies the bytes that it gets, and gives copies to readers.
 *
 * @example
 * ```ts
 * const storage = memoryStorage({ maxSize: 64 * 1024 * 1024 })
 * ```
 * @throws {TypeError} for an unknown option, and for a `maxSize` that is not a number of at least 0.
 */
export function memoryStorage(options: MemoryStorageOptions = {}): MemoryStorage {
  checkOptions('memoryStorage', options, KINDS)
  const shelf = new MemoryShelf(options.maxSize ?? Infinity)
  return {
    kind: 'memory',
    createDraft({ expiresAt }: DraftOptions = {}): Draft {
      const draft = new MemoryDraft(shelf)
      if (expiresAt !== undefined) shelf.expiring.set(draft, new Date(expiresAt))
      return draft
    },
    async stat(key: string): Promise<StorageEntry | undefined> {
      return shelf.files.get(key)?.entry
    },
    async open(key: string): Promise<OpenFile | undefined> {
      const file = shelf.files.get(key)
      return file === undefined ? undefined : openFile(file.entry, file.bytes)
    },
    async list(listOptions: ListOptions = {}): Promise<ListPage> {
      return listPage(entriesOf(shelf), listOptions)
    },
    async delete(key: string, { version }: DeleteOptions = {}): Promise<boolean> {
      return shelf.delete(key, version)
    },
    async sweep(): Promise<number> {
      const over = [...shelf.expiring].filter(([, expiresAt]) => expiresAt.getTime() <= Date.now())
      for (const [draft] of over)
        draft.fail(new UploadError('storage-failed', {}, { cause: new Error('The draft expired.') }))
      return over.length
    },
    createTransaction(leader?: TransactionLeader): StorageTransaction {
      return new MemoryTransaction(shelf, leader)
    },
    async claim(id: string): Promise<ClaimedDraft | undefined> {
      const kept = shelf.kept.get(id)
      if (kept === undefined || kept.expiresAt.getTime() <= Date.now()) return undefined
      shelf.kept.delete(id)
      return { sealed: kept.claim(), expiresAt: kept.expiresAt, note: kept.note }
    },
    async draftOf(key: string, version: string): Promise<SealedDraft | undefined> {
      const file = shelf.files.get(key)
      return file?.entry.version === version ? new MemoryDraft(shelf, file.bytes).sealed() : undefined
    },
    async freeSpace(): Promise<number> {
      return shelf.free
    },
  }
}

function openFile(entry: StorageEntry, bytes: ByteChunks): OpenFile {
  let used = false
  return {
    entry,
    stream(start: number = 0, end: number = entry.size): AsyncIterable<Uint8Array> {
      if (used) throw new TypeError('The file was read or closed already.')
      checkByteRange(start, end, entry.size)
      used = true
      return bytes.stream(start, end)
    },
    async close(): Promise<void> {
      used = true
    },
  }
}

function* entriesOf({ files }: MemoryShelf): Iterable<StorageEntry> {
  for (const { entry } of files.values()) yield entry
}
