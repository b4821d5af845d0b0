/**
 * What a storage or an adapter of your own must pass.
 *
 * @module
 */
export { adapterContract } from './testing/adapter-contract.ts'
export type { AdapterCapabilities } from './testing/adapter-contract.ts'
export type { AdapterServer, StartAdapter } from './testing/adapter-contract/steps.ts'
export { storageContract } from './testing/storage-contract.ts'
export type { ContractCase } from './testing/contract-case.ts'
