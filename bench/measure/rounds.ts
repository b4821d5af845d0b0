import { SeededRandom } from '../../test/endurance/seeded-random.ts'

/**
 * Runs everybody in every round, each time in another order: what changes on the machine meanwhile then hits all alike,
 * and whoever comes first has no advantage. The order comes again with the same seed.
 */
export async function runRounds<Item, Result>(
  items: readonly Item[],
  rounds: number,
  seed: number,
  run: (item: Item, round: number) => Promise<Result>,
): Promise<Result[]> {
  const random = new SeededRandom(seed)
  const results: Result[] = []
  for (let round = 1; round <= rounds; round += 1) {
    for (const item of shuffled(items, random)) results.push(await run(item, round))
  }
  return results
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  const keyed = items.map((item) => ({ item, key: random.fraction() }))
  return keyed.toSorted((left, right) => left.key - right.key).map(({ item }) => item)
}
