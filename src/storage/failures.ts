/** Collects failures of work that goes on after a failure. At the end, the first failure is thrown. */
export class Failures {
  #first: { readonly error: unknown } | undefined

  /** Does a part of the work. Returns its result, or `undefined` if it fails. */
  async during<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work()
    } catch (error) {
      this.#first ??= { error }
      return undefined
    }
  }

  /** Throws the first failure, if there was any. */
  throwFirst(): void {
    if (this.#first !== undefined) throw this.#first.error
  }
}
