import type { UploadError } from './upload-error.ts'

/**
 * True if the server is at fault, so its operator should look: any status from 500 on except 501. That one says that
 * the server does not support what the client asked for (RFC 9110 section 15.6.2).
 */
export function isServerFailure({ status }: UploadError): boolean {
  return status >= 500 && status !== 501
}
