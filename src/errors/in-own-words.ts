import { toProblem } from './problem.ts'
import type { Refusal, Sentences } from './sentences.ts'
import { tellValue } from './tell-value.ts'
import type { FormError } from './upload-error-details.ts'
import { UploadError } from './upload-error.ts'
import type { AnyUploadError } from './upload-error.ts'

/** The words of an application, and the request that is answered with them. */
export interface OwnWords<Native> {
  readonly sentences: Sentences<Native> | undefined
  readonly request: Native
  /** Called with the fault of a sentence. */
  readonly onFault: (fault: unknown) => void
}

/** The same refusal with the application's sentence, if it has one. Never rejects. */
export async function inOwnWords<Native>(error: AnyUploadError, words: OwnWords<Native>): Promise<AnyUploadError> {
  if (words.sentences === undefined) return error
  if (error.code === 'invalid-form') return formInOwnWords(error, words)
  const sentence = await ownSentence(toProblem(error), words)
  return sentence === undefined ? error : reworded(error, sentence)
}

/** A refused form with the application's sentences beside its controls. Never rejects. */
export async function formInOwnWords<Native>(
  error: UploadError<'invalid-form'>,
  words: OwnWords<Native>,
): Promise<UploadError<'invalid-form'>> {
  if (words.sentences === undefined) return error
  const errors: FormError[] = []
  for (const fault of error.details.errors) {
    const detail = (await ownSentence(fault, words)) ?? fault.detail
    errors.push({ ...fault, detail })
  }
  const told = new UploadError('invalid-form', { errors }, { cause: error.cause })
  const sentence = await ownSentence(toProblem(told), words)
  return sentence === undefined ? told : new UploadError('invalid-form', { errors }, { cause: error.cause, sentence })
}

async function ownSentence<Native>(refusal: Refusal, words: OwnWords<Native>): Promise<string | undefined> {
  const { sentences, request, onFault } = words
  try {
    // A program without types may return anything.
    const sentence: unknown = await sentenceOf(sentences, refusal.code)?.(refusal, request)
    if (sentence === undefined || (typeof sentence === 'string' && sentence.trim() !== '')) return sentence
    throw new TypeError(
      `The sentence for "${refusal.code}" must be a text that is not empty, or undefined for Decant's own; ` +
        `got ${tellValue(sentence)}.`,
    )
  } catch (fault) {
    // Any error of the application. The client still gets a sentence.
    onFault(fault)
    return undefined
  }
}

/** The type follows from the code. TypeScript cannot follow it through the table. */
function sentenceOf<Native>(
  sentences: Sentences<Native> | undefined,
  code: string,
): ((refusal: Refusal, request: Native) => unknown) | undefined
function sentenceOf(
  sentences: Readonly<Record<string, unknown>> | ((...parameters: never[]) => unknown) | undefined,
  code: string,
): unknown {
  if (sentences === undefined || typeof sentences === 'function') return sentences
  return Object.hasOwn(sentences, code) ? sentences[code] : undefined
}

function reworded(error: AnyUploadError, sentence: string): AnyUploadError
function reworded({ code, details, cause }: UploadError, sentence: string): UploadError {
  return new UploadError(code, details, { cause, sentence })
}
