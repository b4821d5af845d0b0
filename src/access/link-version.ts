/** Tells a file from others that have its key at other times. Every `StoredFile` and `StorageEntry` has both values. */
export interface FileVersion {
  /** When it was stored; text in ISO 8601. */
  readonly storedAt: string | Date
  /** Bytes. */
  readonly size: number
}

/**
 * The version as a link carries it. It uses values that a row of a database and a restored backup keep. They do not
 * keep the version of a storage.
 *
 * @throws {TypeError} for a time or a size that is not valid.
 */
export function linkVersion({ storedAt, size }: FileVersion): string {
  const time = new Date(storedAt).getTime()
  if (Number.isNaN(time) || !Number.isSafeInteger(size) || size < 0) {
    throw new TypeError(
      'A link opens one version of a file, so it needs "storedAt" and "size" of the stored file. ' +
        'For a link to whichever file has the key, write { opens: "key" }.',
    )
  }
  return `${time.toString(36)}-${size.toString(36)}`
}
