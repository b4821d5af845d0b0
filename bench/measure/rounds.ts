import { SeededRandom } from '../../test/endurance/seeded-random.ts'

export interface RoundOptions {
  readonly rounds: number
  readonly seed: number
}

/**
 * Runs all contestants in every round, each time in another order. So changes of the machine meanwhile hit all alike,
 * and the first one has no advantage. The order comes again with the same seed. A contestant with `mostRounds` of its
 * own runs in no more rounds than that.
 */
export async function runRounds<Item extends { readonly mostRounds?: number }, Result>(
  items: readonly Item[],
  { rounds, seed }: RoundOptions,
  run: (item: Item, round: number) => Promise<Result>,
): Promise<Result[]> {
  const random = new SeededRandom(seed)
  const results: Result[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const present = items.filter(({ mostRounds = rounds }) => round <= mostRounds)
    for (const item of shuffled(present, random)) results.push(await run(item, round))
  }
  return results
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  const keyed = items.map((item) => ({ item, key: random.fraction() }))
  return keyed.toSorted((left, right) => left.key - right.key).map(({ item }) => item)
}
