import type { Problem } from '../errors/problem.ts'
import type { FormError } from '../errors/upload-error-details.ts'

/** Failures that no server of Decant has told of. */
export type ClientProblemCode =
  /** The connection could not be made, or broke before all bytes had left. Nothing is stored. */
  | 'connection-failed'
  /** The connection broke after all bytes had left, before the answer. The files may be stored. */
  | 'outcome-unknown'
  /** A file cannot be read any more: it was changed, moved or deleted since it was chosen. */
  | 'file-unreadable'
  /** A success, but not in the words of Decant. The files may be stored. */
  | 'unknown-answer'
  /** A refusal in other words, such as a page of a proxy. */
  | 'foreign-refusal'

/** The codes of the server, and those of the browser's side. */
export type UploadProblemCode = Problem['code'] | ClientProblemCode

/** The facts of a failure; those that are left out are as in a failure without an answer. */
export type UploadProblemFacts = Pick<UploadProblem, 'code'> &
  Partial<Pick<UploadProblem, 'status' | 'canRetry' | 'errors' | 'problem' | 'retryAfterMs'>>

/** Those of the other codes come with the answer. */
const SENTENCES: { readonly [Code in Exclude<ClientProblemCode, 'foreign-refusal'>]: string } = {
  'connection-failed': 'The connection broke before everything was sent, so nothing was stored. Try again.',
  'outcome-unknown':
    'The connection broke after everything was sent. Look whether it has arrived before you send it again.',
  'file-unreadable': 'A file was changed, moved or deleted after it was chosen. Choose it again.',
  'unknown-answer': 'The server gave no clear answer. Look whether it has arrived before you send it again.',
}

/** For a mistake of the page itself, which is told to its developer. */
export const PAGE_FAILED = 'This page has failed. Reload it, and try again.'

/** The reason why an upload failed. `message` is a sentence that a person can act on. */
export class UploadProblem extends Error {
  override readonly name = 'UploadProblem'
  readonly code: UploadProblemCode
  /** The status of the answer; 0 if there was none. */
  readonly status: number = 0
  /** True if the same files may be accepted later. */
  readonly canRetry: boolean = false
  /** The faults of single controls of a form, by `field`; empty if there are none. */
  readonly errors: readonly FormError[] = []
  /** The problem details (RFC 9457) of the server; absent if the answer was not Decant's. */
  declare readonly problem?: Problem
  /** The time to wait before the next try, if the server has told it (Retry-After, RFC 9110 section 10.2.3). */
  declare readonly retryAfterMs?: number

  /** @param message default: the sentence of a `ClientProblemCode`. */
  constructor(facts: UploadProblemFacts, message?: string, cause?: unknown) {
    super(message ?? (hasSentence(facts.code) ? SENTENCES[facts.code] : facts.code), { cause })
    this.code = facts.code
    Object.assign(this, facts)
  }
}

function hasSentence(code: UploadProblemCode): code is keyof typeof SENTENCES {
  return code in SENTENCES
}
