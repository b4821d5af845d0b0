/**
 * Refuses a key that a storage cannot take. A client's key is checked earlier, so a bad key here is a mistake of the
 * program.
 *
 * @throws {TypeError}
 */
export function requireKey(key: string, isValid: boolean): void {
  if (!isValid) throw new TypeError(`${JSON.stringify(key)} is not a valid key.`)
}
