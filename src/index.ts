/**
 * Receive files from a form, keep them under a policy, and name them safely.
 *
 * @module
 */
export { isUploadError, UploadError } from './errors/upload-error.ts'
export type { AnyUploadError } from './errors/upload-error.ts'
export type { UploadErrorCode, UploadErrorDetails } from './errors/upload-error-table.ts'
export { toProblem } from './errors/problem.ts'
export type { Problem } from './errors/problem.ts'
