import { checkOptions } from './check-options.ts'
import { FORM_ERROR_TABLE } from './form-error-table.ts'
import { OPTION_KINDS } from './option-kinds.ts'
import type { OptionKind } from './option-kinds.ts'
import type { Problem } from './problem.ts'
import type { FormError, FormErrorMembers, UploadErrorCode } from './upload-error-details.ts'
import { UPLOAD_ERROR_TABLE } from './upload-error-table.ts'

/** A sentence of your own; `undefined` for Decant's, which is `detail` of the refusal. */
export type OwnSentence = string | undefined | Promise<string | undefined>

/** A code of a refusal, or of a fault of a form's control. */
export type RefusalCode = UploadErrorCode | keyof FormErrorMembers

/** A refusal as a client gets it, or a fault of a form's control. Its details stand beside its `code`. */
export type Refusal<Code extends RefusalCode = RefusalCode> =
  | (Code extends UploadErrorCode ? Problem<Code> : never)
  | (Code extends keyof FormErrorMembers ? FormError<Code> : never)

/** Sentences by code. A code that is not in it keeps Decant's sentence. */
export type SentenceTable<Native = unknown> = {
  readonly [Code in RefusalCode]?: (refusal: Refusal<Code>, request: Native) => OwnSentence
}

/**
 * Your own words for refusals: one function for all codes, or functions by code. `request` is the one of the framework,
 * so the language can depend on it. A sentence that throws, or that is not a text, is replaced by Decant's, and
 * `onError` is told.
 *
 * @example
 * ```ts
 * const sentences: Sentences = { 'file-too-large': ({ limit }) => `Höchstens ${formatBytes(limit)}.` }
 * const translated: Sentences<Request> = (refusal, request) => i18n(request).t(refusal.code, refusal)
 * ```
 */
export type Sentences<Native = unknown> = SentenceTable<Native> | ((refusal: Refusal, request: Native) => OwnSentence)

const CODE_KINDS: Readonly<Record<string, OptionKind>> = Object.fromEntries(
  [...Object.keys(UPLOAD_ERROR_TABLE), ...Object.keys(FORM_ERROR_TABLE)].map((code) => [code, OPTION_KINDS.call]),
)

/** The kind of the option `sentences`. */
export const SENTENCES_KIND: OptionKind = {
  says: 'a function, or an object of functions by code',
  takes(value) {
    if (typeof value !== 'object' || value === null) return typeof value === 'function'
    // With the code that was meant, if one is misspelt.
    checkOptions('sentences', value, CODE_KINDS)
    return true
  },
}
