/**
 * Work that several callers may ask for at the same time. Each gets the result of a run that did not begin before its
 * call.
 */
export class SharedRuns<Result> {
  readonly #work: () => Promise<Result>
  #running: Promise<Result> | undefined
  #next: Promise<Result> | undefined

  constructor(work: () => Promise<Result>) {
    this.#work = work
  }

  get isIdle(): boolean {
    return this.#running === undefined && this.#next === undefined
  }

  run(): Promise<Result> {
    this.#next ??= this.#running === undefined ? undefined : this.#startAfter(this.#running)
    return this.#next ?? this.#start()
  }

  async #startAfter(running: Promise<Result>): Promise<Result> {
    try {
      await running
    } catch {
      // The callers of that run get its failure.
    }
    this.#next = undefined
    return this.#start()
  }

  #start(): Promise<Result> {
    const running = this.#work().finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }
}
