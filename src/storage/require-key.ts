/**
 * Refuses a key that a storage cannot take. A client's key is refused before: here it is a mistake of the program.
 *
 * @throws {TypeError}
 */
export function requireKey(key: string, isValid: boolean): void {
  if (!isValid) throw new TypeError(`${JSON.stringify(key)} is not a valid key.`)
}
