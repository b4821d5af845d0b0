import type { UploadError } from './upload-error.ts'

/**
 * True if the server is at fault, so that its operator should look: any status from 500 but 501, which says that the
 * client asked for what the server does not do (RFC 9110 section 15.6.2).
 */
export function isServerFailure({ status }: UploadError): boolean {
  return status >= 500 && status !== 501
}
