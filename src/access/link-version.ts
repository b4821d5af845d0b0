/** What tells a file from others that have its key at other times: both are in every `StoredFile` and `StorageEntry`. */
export interface FileVersion {
  /** When it was stored; text in ISO 8601. */
  readonly storedAt: string | Date
  /** Bytes. */
  readonly size: number
}

/**
 * The version as a link carries it. It is made of what a row of a database holds and a restored backup keeps; the
 * version of a storage is neither.
 *
 * @throws {TypeError} for a time or a size that is not valid.
 */
export function linkVersion({ storedAt, size }: FileVersion): string {
  const time = new Date(storedAt).getTime()
  if (Number.isNaN(time) || !Number.isSafeInteger(size) || size < 0) {
    throw new TypeError(
      'A link opens one version of a file, so it needs "storedAt" and "size" of the stored file. ' +
        'For a link to whatever has the key, write { opens: "key" }.',
    )
  }
  return `${time.toString(36)}-${size.toString(36)}`
}
