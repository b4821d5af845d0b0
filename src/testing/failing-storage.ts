import type { ClaimedDraft, PathDraft, SealedDraft } from '../storage/draft.ts'
import type { OpenFile, Storage } from '../storage/storage.ts'
import { FailingDraft } from './failing-storage/failing-draft.ts'
import { failingStream } from './failing-storage/failing-stream.ts'
import { FailingTransaction } from './failing-storage/failing-transaction.ts'
import type { DelayedWork } from './failing-storage/failing-transaction.ts'
import { Faults } from './failing-storage/faults.ts'
import type { FailingSteps } from './failing-storage/faults.ts'
import type { StorageCapabilities } from './storage-contract.ts'

/** Options of `failingStorage`. */
export interface FailingStorageOptions extends StorageCapabilities {
  /** Makes the error, anew each time. Default: an `UploadError` of the code `storage-failed`. */
  readonly error?: (() => unknown) | undefined
}

/**
 * A storage that fails at the given steps and calls, to test how an app handles it. `storage` does the calls that do
 * not fail, and shows afterwards which files are left.
 *
 * `discard` and `rollback` do not fail, because a storage promises that they never reject. `seal` reports a failed
 * `append` at the latest. A draft that cannot be sealed is gone. If a commit fails and was deferred, the next `sweep`
 * publishes its files. A `stream` breaks after its first chunk. Files that are uploaded together are reserved, prepared
 * and committed, and a single file is published.
 *
 * @example
 * ```ts
 * failingStorage(memoryStorage(), { seal: 1 }) // every upload fails
 * failingStorage(memoryStorage(), { publish: [2] }) // the second does
 * failingStorage(memoryStorage(), { seal: 1 }, { error: () => new UploadError('storage-full', {}) })
 * failingStorage(memoryStorage(), {}, { transactions: false }) // as of a storage that has none
 * ```
 * @throws {TypeError} for a value that is not the number of a call.
 */
export function failingStorage(storage: Storage, steps: FailingSteps, options: FailingStorageOptions = {}): Storage {
  const { transactions = true, keeping = true, adopting = true } = options
  const faults = new Faults(steps, options.error)
  const createTransaction = transactions ? storage.createTransaction?.bind(storage) : undefined
  const claim = keeping ? storage.claim?.bind(storage) : undefined
  const draftOf = adopting ? storage.draftOf?.bind(storage) : undefined
  const draftOfPath = adopting ? storage.draftOfPath?.bind(storage) : undefined
  const freeSpace = storage.freeSpace?.bind(storage)
  const close = storage.close?.bind(storage)
  const originals = new WeakMap<SealedDraft, SealedDraft>()
  const delayed: DelayedWork = new Map()

  const wrap = (sealed: SealedDraft): SealedDraft => {
    const keep = keeping ? sealed.keep?.bind(sealed) : undefined
    const failing: SealedDraft = {
      id: sealed.id,
      size: sealed.size,
      stream: (start, end) => failingStream(sealed.stream(start, end), faults),
      async publish(key, record) {
        faults.meet('publish')
        return sealed.publish(key, record)
      },
      discard: () => sealed.discard(),
      ...(sealed.path !== undefined && { path: sealed.path.bind(sealed) }),
      ...(keep && {
        async keep(expiresAt: Date, note: string): Promise<void> {
          faults.meet('keep')
          await keep(expiresAt, note)
        },
      }),
    }
    originals.set(failing, sealed)
    return failing
  }
  const unwrap = (sealed: SealedDraft): SealedDraft => originals.get(sealed) ?? sealed

  return {
    kind: storage.kind,
    ...(storage.keys !== undefined && { keys: storage.keys }),
    createDraft: (draftOptions) => new FailingDraft(storage.createDraft(draftOptions), faults, wrap),
    async stat(key) {
      faults.meet('stat')
      return storage.stat(key)
    },
    async open(key): Promise<OpenFile | undefined> {
      faults.meet('open')
      const file = await storage.open(key)
      if (file === undefined) return undefined
      return {
        entry: file.entry,
        stream: (start, end) => failingStream(file.stream(start, end), faults),
        ...(file.location !== undefined && { location: file.location.bind(file) }),
        close: () => file.close(),
      }
    },
    async list(listOptions) {
      faults.meet('list')
      return storage.list(listOptions)
    },
    async delete(key, deleteOptions) {
      faults.meet('delete')
      return storage.delete(key, deleteOptions)
    },
    async sweep() {
      faults.meet('sweep')
      for (const [transaction, work] of delayed) {
        await work()
        delayed.delete(transaction)
      }
      return storage.sweep()
    },
    ...(createTransaction && {
      createTransaction: (leader) => new FailingTransaction(createTransaction(leader), faults, unwrap, delayed),
    }),
    ...('recover' in storage && { recover: storage.recover }),
    ...(claim && {
      async claim(id: string): Promise<ClaimedDraft | undefined> {
        faults.meet('claim')
        const claimed = await claim(id)
        return claimed && { ...claimed, sealed: wrap(claimed.sealed) }
      },
    }),
    ...(draftOf && {
      async draftOf(key: string, version: string): Promise<SealedDraft | undefined> {
        faults.meet('draftOf')
        const sealed = await draftOf(key, version)
        return sealed && wrap(sealed)
      },
    }),
    ...(draftOfPath && {
      async draftOfPath(path: string): Promise<PathDraft> {
        faults.meet('draftOfPath')
        const draft = await draftOfPath(path)
        return { ...draft, sealed: wrap(draft.sealed) }
      },
    }),
    ...(freeSpace && {
      async freeSpace(): Promise<number> {
        faults.meet('freeSpace')
        return freeSpace()
      },
    }),
    ...(storage.resolve !== undefined && { resolve: storage.resolve.bind(storage) }),
    ...(storage.isTaken !== undefined && { isTaken: storage.isTaken.bind(storage) }),
    ...(close && { close }),
    ...(storage.path !== undefined && { path: storage.path.bind(storage) }),
  }
}
