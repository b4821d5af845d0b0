import type { FileSink } from './read-form.ts'

/** A part that is read and thrown away: a file input in which nothing was chosen, or a file that has no place in the form. */
export class IgnoredFile implements FileSink {
  append(): undefined {}
  end(): undefined {}
}
