import type { Storage } from '../storage/storage.ts'
import { DRAFT_PROMISES } from './storage-contract/draft-promises.ts'
import { FILE_PROMISES } from './storage-contract/file-promises.ts'
import type { ContractCase } from './contract-case.ts'
import { KEEPING_PROMISES } from './storage-contract/keeping-promises.ts'
import { LIST_PROMISES } from './storage-contract/list-promises.ts'
import { TRANSACTION_PROMISES } from './storage-contract/transaction-promises.ts'

/** Abilities that some storages lack. If one is false, the promises that need it are left out. */
export interface StorageCapabilities {
  /** It has `createTransaction`. Default true. */
  readonly transactions?: boolean
  /** It has `claim`, and its sealed drafts have `keep`. Default true. */
  readonly keeping?: boolean
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
export function storageContract(
  makeStorage: () => Storage | Promise<Storage>,
  { transactions = true, keeping = true }: StorageCapabilities = {},
): readonly ContractCase[] {
  const promises = {
    ...DRAFT_PROMISES,
    ...FILE_PROMISES,
    ...LIST_PROMISES,
    ...(transactions && TRANSACTION_PROMISES),
    ...(keeping && KEEPING_PROMISES),
  }
  return Object.entries(promises).map(([name, keeps]) => ({
    name,
    run: async () => keeps(await makeStorage()),
  }))
}
