import { tellValue } from '../errors/tell-value.ts'

/**
 * Checks the handler at start: otherwise the adapter would fail at its first request.
 *
 * @param owner the adapter, such as `nodeHandler`
 * @throws {TypeError} for a value that is not a handler.
 */
export function checkHandler(owner: string, handler: unknown): void {
  const value: object = typeof handler === 'object' && handler !== null ? handler : {}
  if ('handle' in value && typeof value.handle === 'function') return
  const got = 'draft' in value ? 'an upload set' : tellValue(handler)
  throw new TypeError(`${owner} needs a handler, such as uploadHandler(photos); got ${got}.`)
}
