import type { UploadErrorCode, UploadErrorDetails } from './upload-error-details.ts'
import type { AnyUploadError, UploadError } from './upload-error.ts'

/** The members that every problem has (RFC 9457 section 3.1), and its code. */
export interface ProblemHead<Code> {
  /** `urn:problem-type:decant:<code>` */
  readonly type: string
  readonly title: string
  readonly status: number
  /** A sentence that a person can act on. */
  readonly detail: string
  readonly code: Code
}

/**
 * Problem details (RFC 9457): the JSON that tells a program of a refusal. Switch on `code`: the details of that code
 * stand beside it. In a browser, `import type` it: it needs no code of Decant.
 *
 * @example
 * ```ts
 * const problem: Problem = await response.json()
 * if (problem.code === 'file-too-large') show(problem.limit)
 * ```
 */
export type Problem<Code extends UploadErrorCode = UploadErrorCode> = {
  [Each in Code]: ProblemHead<Each> & Readonly<UploadErrorDetails[Each]>
}[Code]

/** The media type of problem details (RFC 9457 section 3). */
export const PROBLEM_TYPE = 'application/problem+json'

/** An `UploadError` as problem details. */
export function toProblem<Code extends UploadErrorCode>(error: UploadError<Code>): Problem<Code>
export function toProblem(error: UploadError | AnyUploadError): Problem
export function toProblem(error: UploadError | AnyUploadError): ProblemHead<UploadErrorCode> {
  const { code, title, status, message: detail, details } = error
  const head = { type: `urn:problem-type:decant:${code}`, title, status, detail, code }
  // Twice: first for a person who reads the JSON, and last because `refused` has details of the same names.
  return { ...head, ...details, ...head }
}
