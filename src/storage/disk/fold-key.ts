/** The same for all keys that any file system takes for the same: upper and lower case, composed and decomposed letters. */
export function foldKey(key: string): string {
  return key.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}
