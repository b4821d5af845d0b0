/**
 * For browsers: uploads with progress, and an ordinary form with progress. It has no dependencies and needs no bundler.
 *
 * @module
 */
export { upload } from './client/upload.ts'
export type { UploadBody, UploadOptions } from './client/upload.ts'
export type { UploadProgress } from './client/progress-meter.ts'
export { tellProgress } from './client/tell-progress.ts'
export { UploadProblem } from './client/upload-problem.ts'
export type { ClientProblemCode, UploadProblemCode, UploadProblemFacts } from './client/upload-problem.ts'
export { UploadQueue } from './client/upload-queue.ts'
export type { NamedFile, QueuedUpload, UploadQueueOptions, UploadState } from './client/upload-queue.ts'
export { enhance } from './client/enhance.ts'
export type { EnhanceOptions, EnhanceWords } from './client/enhance.ts'
export type { CreatedAnswer, FileAnswer } from './handler/file-answer.ts'
export type { SkippedFile } from './protocols/receipt.ts'
export type { Problem } from './errors/problem.ts'
export type { FormError, FormErrorCode, UploadErrorCode } from './errors/upload-error-details.ts'
