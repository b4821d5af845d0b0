import type { Outgoing } from './outgoing.ts'

/** A body that can be read into one buffer again and again, instead of into a new buffer for each chunk. */
export interface FillingBody extends AsyncIterable<Uint8Array> {
  /**
   * Puts the next bytes at the beginning of `buffer`, and resolves to their number; 0 at the end. The end closes the
   * source, and so does a failure. Do not mix it with iterating.
   */
  readInto(buffer: Uint8Array): Promise<number>
  /** Closes the source, also before the end; harmless when repeated. */
  close(): Promise<void>
}

/** True for a body that can fill a buffer of its reader. */
export function isFillingBody(body: Outgoing['body']): body is FillingBody {
  return typeof body === 'object' && 'readInto' in body && typeof body.readInto === 'function'
}
