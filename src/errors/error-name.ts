/**
 * True for an error of this name, such as `TypeError`. Not by `instanceof`: in a context of its own, as in Jest, an
 * error of Node is made by the classes of another context.
 */
export function hasErrorName(error: unknown, name: string): error is Error {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === name && 'message' in error
}
