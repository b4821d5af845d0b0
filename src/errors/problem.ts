import type { UploadErrorCode } from './upload-error-table.ts'
import type { AnyUploadError, UploadError } from './upload-error.ts'

/** Problem details (RFC 9457): what a program is told of a refusal. The members of `details` stand beside these. */
export interface Problem {
  /** `urn:problem-type:decant:<code>` */
  type: string
  title: string
  status: number
  /** A sentence that a person can act on. */
  detail: string
  code: UploadErrorCode
  [member: string]: unknown
}

/** The media type of problem details (RFC 9457 section 3). */
export const PROBLEM_TYPE = 'application/problem+json'

/** An `UploadError` as problem details. */
export function toProblem(error: UploadError | AnyUploadError): Problem {
  return {
    type: `urn:problem-type:decant:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
    ...error.details,
  }
}
