import type { DraftSource } from './draft-source.ts'

/**
 * Checks that sets can take part in one transaction.
 *
 * @throws {TypeError} for a storage without transactions, and for storages with different `recover` functions.
 */
export function checkTogether(sets: readonly Pick<DraftSource, 'name' | 'storage'>[]): void {
  for (const { name, storage } of sets) {
    if (storage.createTransaction !== undefined) continue
    throw new TypeError(
      `The storage of the set "${name}" (${storage.kind}) has no transactions, so its files cannot be stored ` +
        'together with others, or with a handler. Use a storage with transactions, such as diskStorage.',
    )
  }
  const [first, ...others] = sets.filter(({ storage }) => 'recover' in storage)
  const other = others.find(({ storage }) => storage.recover !== first?.storage.recover)
  if (first === undefined || other === undefined) return
  throw new TypeError(
    `The storages of the sets "${first.name}" and "${other.name}" have different "recover" functions, and a ` +
      'transaction asks only one of them. Give both storages the same function.',
  )
}
