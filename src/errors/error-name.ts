/**
 * True for an error of this name, such as `TypeError`. Not by `instanceof`: where the code runs in a context of its own, as
 * in Jest, what Node throws is made by the classes of another one.
 */
export function hasErrorName(error: unknown, name: string): error is Error {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === name && 'message' in error
}
