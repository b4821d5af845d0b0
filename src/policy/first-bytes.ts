import { HEAD_SIZE } from '../media/real-type.ts'

/** Memory for the next files: allocating it takes longer than filling it. */
const spare: Uint8Array[] = []
const MOST_SPARE = 64

/** Keeps a copy of the first bytes of a file, as many as the content check looks at. */
export class FirstBytes {
  #memory: Uint8Array | undefined
  #size = 0

  append(bytes: Uint8Array): void {
    if (this.#size === HEAD_SIZE) return
    this.#memory ??= spare.pop() ?? new Uint8Array(HEAD_SIZE)
    const first = bytes.subarray(0, HEAD_SIZE - this.#size)
    this.#memory.set(first, this.#size)
    this.#size += first.length
  }

  /** Valid until `release`. */
  get bytes(): Uint8Array {
    return this.#memory?.subarray(0, this.#size) ?? NOTHING
  }

  /** Gives the memory to the next file. */
  release(): void {
    if (this.#memory !== undefined && spare.length < MOST_SPARE) spare.push(this.#memory)
    this.#memory = undefined
    this.#size = 0
  }
}

const NOTHING = new Uint8Array(0)
