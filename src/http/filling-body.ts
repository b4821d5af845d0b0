import type { Outgoing } from './outgoing.ts'

/** A body that can be read into memory which its reader uses again and again, instead of memory made for each chunk. */
export interface FillingBody extends AsyncIterable<Uint8Array> {
  /**
   * Puts the next bytes at the beginning of `buffer`, and resolves to how many; 0 at the end, which closes what it reads
   * from, as a failure does. Not to be mixed with iterating.
   */
  readInto(buffer: Uint8Array): Promise<number>
  /** Closes what it reads from, also before the end; harmless when repeated. */
  close(): Promise<void>
}

/** True for a body that can fill its reader's memory. */
export function isFillingBody(body: Outgoing['body']): body is FillingBody {
  return typeof body === 'object' && 'readInto' in body && typeof body.readInto === 'function'
}
