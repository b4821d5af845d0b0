/** Requests of one kind that are made at the same time. */
const AT_ONCE = 8

/** Does `work` for all items, several at the same time. Rejects with the first failure, after all were tried. */
export async function forAll<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const rest = [...items]
  const failures: unknown[] = []
  const next = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) {
      try {
        await work(item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, next))
  if (failures.length > 0) throw failures[0]
}
