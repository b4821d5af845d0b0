import type { Storage } from '../storage/storage.ts'
import { DRAFT_PROMISES } from './storage-contract/draft-promises.ts'
import { FILE_PROMISES } from './storage-contract/file-promises.ts'
import type { ContractCase } from './contract-case.ts'
import { LIST_PROMISES } from './storage-contract/list-promises.ts'

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
export function storageContract(makeStorage: () => Storage | Promise<Storage>): readonly ContractCase[] {
  return Object.entries({ ...DRAFT_PROMISES, ...FILE_PROMISES, ...LIST_PROMISES }).map(([name, keeps]) => ({
    name,
    run: async () => keeps(await makeStorage()),
  }))
}
