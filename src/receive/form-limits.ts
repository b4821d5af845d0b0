import { toLimit } from '../errors/limit.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { DECODER_LIMIT_KINDS, toDecoderLimits } from '../multipart/decoder-limits.ts'
import type { DecoderLimits } from '../multipart/decoder-limits.ts'

/**
 * Bytes that a form may have beside its files: its fields, which have a limit of their own, and the heads of its parts.
 */
export const FIELDS_SIZE: number = 8 * 1024 ** 2

/** How many fields and empty inputs a form may have beside its files by default. */
const PARTS_BESIDE_FILES = 100

/** How much of a form is read, whether its files are stored or ignored. A limit of N admits exactly N. */
export interface FormLimits extends DecoderLimits {
  /** Parts, fields and files together. Default 1,000, or 100 more than `maxFiles` if that is more. */
  readonly maxParts: number
  /** Bytes of the whole body. Default 64 MiB, or more if a single file may have more. */
  readonly maxBodySize: number
  /** Files, without the file inputs in which no file was chosen. Default 100. */
  readonly maxFiles: number
  /** Fields. Default 1,000. */
  readonly maxFields: number
  /** Bytes of one field, before its charset is decoded. Default 512,000. */
  readonly maxFieldSize: number
  /**
   * Bytes of all fields together, with their names: they are in memory at the same time. In a urlencoded form, each `&`
   * without a pair before it counts as one byte. Default 8 MiB, or `maxFieldSize` if that is more.
   */
  readonly maxFieldsSize: number
  /**
   * Milliseconds without a byte, while the server is ready for one, after which the request ends. Default 60,000;
   * `Infinity` waits for ever.
   */
  readonly idleTimeoutMs: number
  /**
   * Slowest average in bytes a second, over each minute in which the server is ready for bytes (or each
   * `idleTimeoutMs`, if longer). The server ends a slower request: otherwise one byte a minute would hold its place for
   * ever. Default 240. 0 accepts any rate, and so does an `idleTimeoutMs` of `Infinity`.
   */
  readonly minRate: number
}

/** Limits as a developer gives them. A limit that is left out, or `undefined`, has its default. */
export type FormLimitOptions = { readonly [Limit in keyof FormLimits]?: FormLimits[Limit] | undefined }

/** The kinds of a form's limits without `maxFiles`, which upload sets decide for forms of their own. */
export const FORM_LIMIT_KINDS: OptionKinds<Omit<FormLimits, 'maxFiles'>> = {
  ...DECODER_LIMIT_KINDS,
  maxBodySize: OPTION_KINDS.size,
  maxFields: OPTION_KINDS.size,
  maxFieldSize: OPTION_KINDS.size,
  maxFieldsSize: OPTION_KINDS.size,
  idleTimeoutMs: OPTION_KINDS.size,
  minRate: OPTION_KINDS.size,
}

/**
 * The limits in full.
 *
 * @throws {TypeError} for a limit that is negative or NaN, and for an `idleTimeoutMs` of 0; `Infinity` is allowed.
 */
export function toFormLimits(options: FormLimitOptions): FormLimits {
  const decoderLimits = toDecoderLimits(options)
  const limit = (name: keyof FormLimits, preset: number): number => toLimit(name, options[name], preset)
  const idleTimeoutMs = limit('idleTimeoutMs', 60_000)
  // Elsewhere 0 turns a time-out off. Here it would end every request at once.
  if (idleTimeoutMs === 0) throw new TypeError('idleTimeoutMs must be more than 0; Infinity waits for ever')
  const maxFieldSize = limit('maxFieldSize', 512_000)
  const maxFiles = limit('maxFiles', 100)
  return {
    ...decoderLimits,
    maxParts: options.maxParts ?? Math.max(decoderLimits.maxParts, maxFiles + PARTS_BESIDE_FILES),
    maxBodySize: limit('maxBodySize', 64 * 1024 ** 2),
    maxFiles,
    maxFields: limit('maxFields', 1000),
    maxFieldSize,
    maxFieldsSize: limit('maxFieldsSize', Math.max(FIELDS_SIZE, maxFieldSize)),
    idleTimeoutMs,
    minRate: limit('minRate', 240),
  }
}

/** The limits of a form whose files all have the same one. */
export interface ReceiveLimits extends FormLimits {
  /** Bytes of one file. Default 32 MiB. A larger one raises the default of `maxBodySize`, so that such a file fits. */
  readonly maxFileSize: number
}

/** Limits as a developer gives them. A limit that is left out, or `undefined`, has its default. */
export type ReceiveLimitOptions = { readonly [Limit in keyof ReceiveLimits]?: ReceiveLimits[Limit] | undefined }

export const RECEIVE_LIMIT_KINDS: OptionKinds<ReceiveLimits> = {
  ...FORM_LIMIT_KINDS,
  maxFiles: OPTION_KINDS.size,
  maxFileSize: OPTION_KINDS.size,
}

/**
 * The limits in full.
 *
 * @throws {TypeError} as `toFormLimits`.
 */
export function toReceiveLimits(options: ReceiveLimitOptions): ReceiveLimits {
  const maxFileSize = toLimit('maxFileSize', options.maxFileSize, 32 * 1024 ** 2)
  // The usual 64 MiB, or a largest file and a mebibyte for the fields and headers around it.
  const maxBodySize = options.maxBodySize ?? Math.max(64 * 1024 ** 2, maxFileSize + 1024 ** 2)
  return { ...toFormLimits({ ...options, maxBodySize }), maxFileSize }
}
