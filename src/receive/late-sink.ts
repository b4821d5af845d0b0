import type { FileSink } from './read-form.ts'

/** A chunk that came before the sink, and the arguments with which it came. */
type Arguments = Parameters<FileSink['append']>

/**
 * A file whose sink is not known yet, because the place of the file has to be looked up. It makes the client wait, and
 * holds no more than the chunk that has begun the file.
 */
export class LateSink implements FileSink {
  readonly #coming: Promise<FileSink>
  #sink: FileSink | undefined
  #early: Arguments[] = []
  #opened: Promise<void> | undefined

  /** @param coming rejects if the file is refused. Its client is told then */
  constructor(coming: Promise<FileSink>) {
    this.#coming = coming
    // `append` or `end` reports the failure. A form that is refused before calls neither.
    coming.catch(ignore)
  }

  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined {
    if (this.#sink !== undefined) return this.#sink.append(bytes, isGiven)
    this.#early.push([bytes, isGiven])
    this.#opened ??= this.#open()
    return this.#opened
  }

  end(): Promise<void> | undefined {
    return this.#sink === undefined ? this.#endLate() : this.#sink.end()
  }

  async #open(): Promise<void> {
    const sink = await this.#coming
    this.#sink = sink
    const waits = this.#early.flatMap((early) => sink.append(...early) ?? [])
    this.#early = []
    await Promise.all(waits)
  }

  async #endLate(): Promise<void> {
    this.#opened ??= this.#open()
    await this.#opened
    await this.#sink?.end()
  }
}

function ignore(): void {}
