import { env } from 'node:process'
import { findCeph } from './ceph/find-ceph.ts'

/**
 * The URL of the S3 engine that the tests run on (`$S3_ENDPOINT`), or else the folder of Ceph's programs. Undefined if
 * the machine has neither.
 */
export function findEngine(): string | undefined {
  return env['S3_ENDPOINT'] || findCeph()
}
