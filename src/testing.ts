/**
 * What a storage of your own must pass.
 *
 * @module
 */
export { storageContract } from './testing/storage-contract.ts'
export type { ContractCase } from './testing/storage-contract.ts'
