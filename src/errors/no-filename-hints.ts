/**
 * The last sentences of a refusal if a missing filename may be its cause: the client cannot see that. A part without a
 * filename is a field, whatever its bytes are (RFC 7578 section 4.2).
 */
export const NO_FILENAME_HINTS = {
  /** For a field that is too large. */
  largeField: 'Its part has no filename, so it was taken for text. Shorten the text, or send the file with a filename.',
  /** For fields that are too large together. */
  largeFields: 'A part without a filename is taken for text. Shorten the texts, or send files with a filename.',
  /** For a field in place of a file. */
  field: 'Its part has no filename, so it was taken for text. Send the file with a filename.',
  /** For a form that has fields only. */
  form: 'Its parts have no filename, so they were taken for text. Send the file with a filename.',
} as const
