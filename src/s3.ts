/**
 * Stored files in a bucket of S3, or of another engine that speaks its protocol. Needs `@aws-sdk/client-s3`.
 *
 * @module
 */
export { s3Storage } from './storage/s3/s3-storage.ts'
export type { S3Storage } from './storage/s3/s3-storage.ts'
export type { S3Credentials, S3StorageOptions } from './storage/s3/s3-storage-options.ts'
export type { Recover, UnsettledTransaction } from './storage/transaction.ts'
