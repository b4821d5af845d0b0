/**
 * The same text for all keys that some file system takes for the same. Such keys differ only in upper and lower case,
 * or in composed and decomposed letters.
 */
export function foldKey(key: string): string {
  return key.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}
