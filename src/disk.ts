/**
 * Stored files in a folder of the file system.
 *
 * @module
 */
export { diskStorage } from './storage/disk/disk-storage.ts'
export type { DiskStorage, DiskStorageOptions } from './storage/disk/disk-storage.ts'
export type { Recover, UnsettledTransaction } from './storage/transaction.ts'
