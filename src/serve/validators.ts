import type { StorageEntry } from '../storage/storage.ts'

/** Values that change with the file (RFC 9110 section 8.8). */
export interface Validators {
  /** A strong entity tag, with its quotes. */
  readonly etag: string
  /** Milliseconds since 1970, in whole seconds, since the dates of HTTP hold no fractions. */
  readonly lastModified: number
}

/** @param now milliseconds since 1970 */
export function toValidators({ version, storedAt }: StorageEntry, now: number): Validators {
  // RFC 9110 section 8.8.2.1: never later than the answer itself. A copied file may have a time in the future.
  const lastModified = Math.min(storedAt.getTime(), now)
  return { etag: `"${version}"`, lastModified: Math.floor(lastModified / 1000) * 1000 }
}
