import type { Storage } from '../storage/storage.ts'
import { DRAFT_PROMISES } from './storage-contract/draft-promises.ts'
import { FILE_PROMISES } from './storage-contract/file-promises.ts'
import type { ContractCase } from './contract-case.ts'
import { KEEPING_PROMISES } from './storage-contract/keeping-promises.ts'
import { LIST_PROMISES } from './storage-contract/list-promises.ts'
import { TRANSACTION_PROMISES } from './storage-contract/transaction-promises.ts'

/** What not every storage can do; the promises that need it are left out where it is false. */
export interface StorageCapabilities {
  /** It has `createTransaction`. Default true. */
  readonly transactions?: boolean
  /** It has `claim`, and its sealed drafts have `keep`. Default true. */
  readonly keeping?: boolean
}

/**
 * What every storage promises, as test cases for any test runner. `makeStorage` gives an empty storage for each case,
 * which shares nothing with the others; what it leaves behind is yours to remove.
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
