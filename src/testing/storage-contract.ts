import type { Storage } from '../storage/storage.ts'
import { ADOPTION_PROMISES } from './storage-contract/adoption-promises.ts'
import { DRAFT_PROMISES } from './storage-contract/draft-promises.ts'
import { FILE_PROMISES } from './storage-contract/file-promises.ts'
import type { ContractCase } from './contract-case.ts'
import { GIVEN_ONCE_PROMISES } from './storage-contract/given-once-promises.ts'
import { handPromises } from './storage-contract/hand-promises.ts'
import type { ChangesByHand } from './storage-contract/hand-promises.ts'
import { INTENT_PROMISES } from './storage-contract/intent-promises.ts'
import { KEEPING_PROMISES } from './storage-contract/keeping-promises.ts'
import { LIST_PROMISES } from './storage-contract/list-promises.ts'
import {
  REUSED_ADOPTION_PROMISES,
  REUSED_KEY_PROMISES,
  REUSED_TRANSACTION_PROMISES,
} from './storage-contract/reused-key-promises.ts'
import type { Promises } from './storage-contract/steps.ts'
import { TRANSACTION_PROMISES } from './storage-contract/transaction-promises.ts'

/** Abilities that some storages lack. If one is false, the promises that need it are left out. */
export interface StorageCapabilities {
  /** It has `createTransaction`. Default true. */
  readonly transactions?: boolean
  /** It has `claim`, and its sealed drafts have `keep`. Default true. */
  readonly keeping?: boolean
  /** It has `draftOf`. Default true. */
  readonly adopting?: boolean
}

/** Options of `storageContract`. */
export interface StorageContractOptions<Kind extends Storage = Storage> extends StorageCapabilities {
  /**
   * As `Storage.keys`. With `once`, the promises about a key that is given to a second file are left out. Default
   * `reused`.
   */
  readonly keys?: Storage['keys'] | undefined
  /**
   * How an operator changes files by hand, if the medium allows that. Without it, the promises about such files are
   * left out.
   */
  readonly byHand?: ChangesByHand<Kind> | undefined
}

/**
 * The promises of every storage, as test cases for any test runner. `makeStorage` returns an empty storage for each
 * case, which shares nothing with the others. Remove its files yourself after the tests.
 *
 * @example
 * ```ts
 * import { storageContract } from 'decant/testing'
 * import { test } from 'vitest'
 *
 * for (const { name, run } of storageContract(() => myStorage())) test(name, run)
 * ```
 */
export function storageContract<Kind extends Storage>(
  makeStorage: () => Kind | Promise<Kind>,
  { keys, transactions = true, keeping = true, adopting = true, byHand }: StorageContractOptions<Kind> = {},
): readonly ContractCase[] {
  const isReused = keys !== 'once'
  const promises: Promises<Kind> = {
    ...DRAFT_PROMISES,
    ...INTENT_PROMISES,
    ...FILE_PROMISES,
    ...LIST_PROMISES,
    ...(isReused ? REUSED_KEY_PROMISES : GIVEN_ONCE_PROMISES),
    ...(transactions && TRANSACTION_PROMISES),
    ...(transactions && isReused && REUSED_TRANSACTION_PROMISES),
    ...(keeping && KEEPING_PROMISES),
    ...(adopting && ADOPTION_PROMISES),
    ...(adopting && isReused && REUSED_ADOPTION_PROMISES),
    ...(byHand !== undefined && handPromises(byHand)),
  }
  return Object.entries(promises).map(([name, keeps]) => ({
    name,
    run: async () => keeps(await makeStorage()),
  }))
}
