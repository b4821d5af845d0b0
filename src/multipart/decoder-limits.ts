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
  const limit = (name: keyof DecoderLimits): number => {
    const value = options[name] ?? DEFAULTS[name]
    if (!(value >= 0)) throw new TypeError(`${name} must be a number of at least 0, not ${value}`)
    return value
  }
  return {
    maxParts: limit('maxParts'),
    maxPartHeaderSize: limit('maxPartHeaderSize'),
    maxPartHeaders: limit('maxPartHeaders'),
    maxNameSize: limit('maxNameSize'),
    maxPaddingSize: limit('maxPaddingSize'),
  }
}
