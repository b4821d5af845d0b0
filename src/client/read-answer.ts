import type { Problem } from '../errors/problem.ts'
import type { FormError } from '../errors/upload-error-details.ts'
import type { CreatedAnswer } from '../handler/file-answer.ts'
import { member } from './member.ts'
import type { ArrivedAnswer } from './send-once.ts'
import { UploadProblem } from './upload-problem.ts'

/**
 * The body of a success, as `read` takes it.
 *
 * @throws {UploadProblem} for a refusal, and for an answer that `read` does not take.
 */
export function readAnswer<Answer>(answer: ArrivedAnswer, read: (body: unknown) => Answer): Answer {
  const { status, text } = answer
  const body = parseJson(text)
  if (status >= 400) throw refusalOf(answer, body)
  try {
    return read(body)
  } catch (cause) {
    throw new UploadProblem({ code: 'unknown-answer', status }, undefined, cause)
  }
}

/**
 * The body of a 201 of `uploadHandler`.
 *
 * @throws {TypeError} if it is something else.
 */
export function toCreatedAnswer(body: unknown): CreatedAnswer {
  if (!isCreatedAnswer(body)) throw new TypeError('Not the answer of uploadHandler.')
  return body
}

function isCreatedAnswer(body: unknown): body is CreatedAnswer {
  const files = member(body, 'files')
  return Array.isArray(files) && files.every((file) => typeof member(file, 'key') === 'string')
}

function refusalOf({ status, retryAfterMs }: ArrivedAnswer, body: unknown): UploadProblem {
  const facts = { status, canRetry: mayHelp(status), ...(retryAfterMs !== undefined && { retryAfterMs }) }
  const detail = member(body, 'detail')
  if (isProblem(body)) {
    const { code } = body
    // The form was accepted, and its files will be there later: see docs/errors.md.
    const canRetry = facts.canRetry && code !== 'publishing-delayed'
    return new UploadProblem({ ...facts, code, canRetry, errors: errorsOf(body), problem: body }, body.detail)
  }
  // Problem details of another server (RFC 9457) may say more than we can.
  return new UploadProblem(
    { ...facts, code: 'foreign-refusal' },
    typeof detail === 'string' ? detail : sentenceFor(status),
  )
}

/** Statuses after which the server may accept the same bytes (RFC 9110 section 15, RFC 6585 section 4). */
function mayHelp(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** A refusal without a sentence: of a proxy, or of another program. */
function sentenceFor(status: number): string {
  if (status === 413) return 'A server on the way accepts less. Choose smaller files, or fewer at once.'
  return `The server did not accept this (status ${status}).${mayHelp(status) ? ' Try again later.' : ''}`
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof member(body, 'detail') === 'string' && String(member(body, 'type')).startsWith('urn:problem-type:decant:')
  )
}

/** The faults of single controls. A refusal of one file of a form names its field, too. */
function errorsOf(problem: Problem): readonly FormError[] {
  const errors: unknown = member(problem, 'errors')
  if (Array.isArray(errors)) return errors.filter(isFormError)
  const field: unknown = member(problem, 'field')
  if (typeof field !== 'string') return []
  const error: unknown = { ...problem, path: [field], field }
  return isFormError(error) ? [error] : []
}

function isFormError(value: unknown): value is FormError {
  return typeof member(value, 'field') === 'string' && typeof member(value, 'detail') === 'string'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A SyntaxError: the answer is a page, or empty.
    return undefined
  }
}
