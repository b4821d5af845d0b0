/**
 * Help for tests: forms, files and storages that fail, contracts for a storage or an adapter of your own, and attacks
 * on your app.
 *
 * @module
 */
export { adapterContract } from './testing/adapter-contract.ts'
export type { AdapterCapabilities } from './testing/adapter-contract.ts'
export type { AdapterServer, StartAdapter } from './testing/adapter-contract/steps.ts'
export { RawClient } from './testing/adapter-contract/raw-client.ts'
export type { RawAnswer } from './testing/adapter-contract/raw-client.ts'
export { storageContract } from './testing/storage-contract.ts'
export type { StorageCapabilities, StorageContractOptions } from './testing/storage-contract.ts'
export type { ChangesByHand } from './testing/storage-contract/hand-promises.ts'
export type { ContractCase } from './testing/contract-case.ts'
export { uploadAttacks } from './testing/upload-attacks.ts'
export type { AttackFile, UploadTarget } from './testing/upload-attacks/upload-target.ts'
export { formBody } from './testing/form-body.ts'
export type { FormBody, FormContent, FormEntry, FormValue } from './testing/form-body.ts'
export { fakeFile } from './testing/fake-file.ts'
export type { FakeFileOptions } from './testing/fake-file.ts'
export { storedFiles } from './testing/stored-files.ts'
export type { StoredSnapshot } from './testing/stored-files.ts'
export { failingStorage } from './testing/failing-storage.ts'
export type { FailingStorageOptions } from './testing/failing-storage.ts'
export type { FailingSteps, StorageStep } from './testing/failing-storage/faults.ts'
