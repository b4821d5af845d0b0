import { checkOptions } from './check-options.ts'
import { inOwnWords } from './in-own-words.ts'
import { OPTION_KINDS } from './option-kinds.ts'
import type { OptionKinds } from './option-kinds.ts'
import { SENTENCES_KIND } from './sentences.ts'
import type { Sentences } from './sentences.ts'
import type { AnyUploadError } from './upload-error.ts'

/** The words of refusals. */
export interface SentenceOptions<Native = unknown> {
  /** Your own words for refusals, by code or by one function. Default: Decant's sentences. */
  readonly sentences?: Sentences<Native> | undefined
}

/** Options of the functions that answer one error. */
export interface ProblemOptions<Native = unknown> extends SentenceOptions<Native> {
  /** Called with an error of `sentences`. Default: it is written to the error output. */
  readonly onError?: ((error: unknown, request: Native) => void) | undefined
}

export const SENTENCE_KINDS: OptionKinds<SentenceOptions> = { sentences: SENTENCES_KIND }
const PROBLEM_KINDS: OptionKinds<ProblemOptions> = { ...SENTENCE_KINDS, onError: OPTION_KINDS.call }

/**
 * The refusal in the words of the options.
 *
 * @param owner the function that was given the options
 * @throws {TypeError} for options that are not valid.
 */
export async function worded<Native>(
  owner: string,
  refusal: AnyUploadError,
  request: Native,
  options: ProblemOptions<Native>,
): Promise<AnyUploadError> {
  checkOptions(owner, options, PROBLEM_KINDS)
  const { sentences, onError = logError } = options
  return inOwnWords(refusal, { sentences, request, onFault: (fault) => onError(fault, request) })
}

/** The place for failures that no application listens to. */
export function logError(error: unknown): void {
  // oxlint-disable-next-line no-console -- A fault that only the developer can mend must be seen.
  console.error(error)
}
