/** One promise of a storage or an adapter. */
export interface ContractCase {
  /** The promise, as a sentence. */
  readonly name: string
  /** Rejects with an `AssertionError`, or with any other error, if it is not kept. */
  readonly run: () => Promise<void>
}
