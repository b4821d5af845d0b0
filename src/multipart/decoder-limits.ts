import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { toLimit } from '../errors/limit.ts'

/** How much a decoder takes. A limit of N admits exactly N. */
export interface DecoderLimits {
  /** Parts, fields and files together. Default 1,000. */
  readonly maxParts: number
  /** Bytes of one part's header, from its first line to the empty line, line ends included. Default 16 KiB. */
  readonly maxPartHeaderSize: number
  /** Headers of one part; a folded one counts once. Default 32. */
  readonly maxPartHeaders: number
  /** Bytes, in UTF-8, of the name of a field or file. Default 4 KiB, enough for the paths of an uploaded folder. */
  readonly maxNameSize: number
  /**
   * Bytes before the first delimiter, bytes after the last one, and spaces behind a delimiter on its line: each. Spaces
   * that may still turn out to be content are kept in memory until then, so `Infinity` lets a client fill it. Default
   * 64 KiB.
   */
  readonly maxPaddingSize: number
}

const DEFAULTS: DecoderLimits = {
  maxParts: 1000,
  maxPartHeaderSize: 16 * 1024,
  maxPartHeaders: 32,
  maxNameSize: 4 * 1024,
  maxPaddingSize: 64 * 1024,
}

/** Limits as a developer gives them: those left out, or `undefined`, have their defaults. */
export type DecoderLimitOptions = { readonly [Limit in keyof DecoderLimits]?: DecoderLimits[Limit] | undefined }

/**
 * The limits in full.
 *
 * @throws {TypeError} for a limit that is negative or NaN; `Infinity` is allowed.
 */
export function toDecoderLimits(options: DecoderLimitOptions): DecoderLimits {
  const limit = (name: keyof DecoderLimits): number => toLimit(name, options[name], DEFAULTS[name])
  return {
    maxParts: limit('maxParts'),
    maxPartHeaderSize: limit('maxPartHeaderSize'),
    maxPartHeaders: limit('maxPartHeaders'),
    maxNameSize: limit('maxNameSize'),
    maxPaddingSize: limit('maxPaddingSize'),
  }
}

export const DECODER_LIMIT_KINDS: OptionKinds<DecoderLimits> = {
  maxParts: OPTION_KINDS.size,
  maxPartHeaderSize: OPTION_KINDS.size,
  maxPartHeaders: OPTION_KINDS.size,
  maxNameSize: OPTION_KINDS.size,
  maxPaddingSize: OPTION_KINDS.size,
}
