import { MOST_FILE_SIZE } from '../server/most-file-size.ts'

/** How much of a form is taken, in busboy's words: what Decant takes by default, and the same size of a file. */
export const LIMITS = {
  fileSize: MOST_FILE_SIZE,
  files: 100,
  fields: 1000,
  parts: 1000,
  fieldSize: 512_000,
}
