/**
 * A check that lets ClamAV scan files before they are published.
 *
 * @module
 */
export { clamavCheck } from './check/clamav/clamav-check.ts'
export type { ClamavCheckOptions } from './check/clamav/clamav-check.ts'
export type { Check, CheckedUpload } from './policy/check.ts'
