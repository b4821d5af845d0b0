import { MemoryBudget } from '../../budget/memory-budget.ts'
import { MiB } from '../../errors/byte-size.ts'

/** The default limit of `PART_MEMORY`, in bytes. */
const PART_MEMORY_LIMIT: number = 256 * MiB

/** A part that has got no bytes for so many milliseconds gives its memory to parts that do. */
const IDLE_MS = 1000

/** A holder of memory that can write its bytes to the disk. */
export interface MemoryHolder {
  /** Writes the bytes to the disk, and gives the memory back. Never rejects. */
  spill(): Promise<void>
}

/** The memory of one part. */
export interface PartShare {
  /** As in `MemoryShare`. */
  take(bytes: number): boolean
  /** Gives back all bytes. It is harmless when repeated. */
  close(): void
}

/**
 * The memory of all parts in this process. If it is used up, parts of slow clients go to the disk. Then other clients
 * wait for parts that are on their way to the engine. If there are none, their own parts go to the disk, too.
 */
export class PartMemory {
  readonly #budget = new MemoryBudget()
  readonly #limit: number
  readonly #now: () => number
  /** When each part got its last bytes. The first one is the one that has waited longest. */
  readonly #filling = new Map<MemoryHolder, number>()
  /** Bytes that come free without help: they are being sent or written to the disk. */
  #leaving = 0
  #freed: PromiseWithResolvers<void> | undefined

  constructor(limit: number = PART_MEMORY_LIMIT, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#now = now
  }

  /** Bytes that all parts have now. */
  get used(): number {
    return this.#budget.used
  }

  open(): PartShare {
    const share = this.#budget.open(this.#limit)
    return {
      take: (bytes) => share.take(bytes),
      close: () => {
        share.close()
        this.#tell()
      },
    }
  }

  /** Notes that a part has just got bytes. */
  touch(holder: MemoryHolder): void {
    this.#filling.delete(holder)
    this.#filling.set(holder, this.#now())
  }

  /** Notes that a part gets no more bytes, and has to stay in memory. */
  forget(holder: MemoryHolder): void {
    this.#filling.delete(holder)
  }

  /**
   * To be called if a holder did not get memory. Makes the part that has waited longest leave it. Returns a promise if
   * memory will come free, and `undefined` if the holder should use the disk.
   */
  wait(holder: MemoryHolder): Promise<void> | undefined {
    const idle = [...this.#filling].find(([other, at]) => other !== holder && this.#now() - at >= IDLE_MS)?.[0]
    if (idle !== undefined) {
      this.#filling.delete(idle)
      void this.during(1, () => idle.spill())
    }
    if (this.#leaving === 0) return undefined
    this.#freed ??= Promise.withResolvers()
    return this.#freed.promise
  }

  /** Counts bytes as leaving as long as the work takes. */
  async during<Result>(bytes: number, work: () => Promise<Result>): Promise<Result> {
    this.#leaving += bytes
    try {
      return await work()
    } finally {
      this.#leaving -= bytes
      // Parts that wait must look again: perhaps nothing comes free any more.
      this.#tell()
    }
  }

  #tell(): void {
    this.#freed?.resolve()
    this.#freed = undefined
  }
}

/** A process has one memory, so all S3 storages share one budget. */
export const PART_MEMORY: PartMemory = new PartMemory()
