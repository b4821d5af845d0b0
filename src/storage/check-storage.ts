import { tellValue } from '../errors/tell-value.ts'

const METHODS = ['createDraft', 'stat', 'open', 'list', 'delete'] as const

/**
 * Refuses anything that is not a storage. Otherwise a set without a storage would fail only at its first upload.
 *
 * @param owner what needs the storage, such as `The upload set "photos"`
 * @throws {TypeError} for a value that is not a storage.
 */
export function checkStorage(owner: string, storage: unknown): void {
  const methods: object = typeof storage === 'object' && storage !== null ? storage : {}
  if (METHODS.every((method) => method in methods)) return
  throw new TypeError(`${owner} needs a storage, such as diskStorage('uploads'); got ${tellValue(storage)}.`)
}
