import type { FileSink } from './read-form.ts'

/** A sink that throws a part away: no file was chosen in its file input, or the form has no place for the file. */
export class IgnoredFile implements FileSink {
  append(): undefined {}
  end(): undefined {}
}
