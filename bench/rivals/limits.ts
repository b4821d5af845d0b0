import { MOST_FILE_SIZE } from '../server/most-file-size.ts'

/** How much of a form is taken, in busboy's words: what Decant takes by default, and the same size of a file. */
export const LIMITS = {
  fileSize: MOST_FILE_SIZE,
  files: 100,
  fields: 1000,
  parts: 1000,
  fieldSize: 512_000,
}

/** The same in the words of Remix' parser, in whose limits a field is a file. */
export const REMIX_LIMITS = {
  maxFileSize: LIMITS.fileSize,
  maxTotalSize: LIMITS.fileSize,
  maxParts: LIMITS.parts,
}

/** For decoders, whose inputs are larger than that. */
export const BOUNDLESS = { files: Infinity, fields: Infinity, parts: Infinity, fileSize: Infinity }
