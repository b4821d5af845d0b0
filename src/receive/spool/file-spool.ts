import { tmpdir } from 'node:os'
import type { MemoryShare } from '../../budget/memory-budget.ts'
import { PROCESS_MEMORY } from '../../budget/process-memory.ts'
import { closedUpload } from './closed-upload.ts'
import { GrowingBytes } from './growing-bytes.ts'
import type { Spool, SpooledFile, SpoolOptions } from './spool.ts'
import { TemporaryFile } from '../../file/temporary-file.ts'

export { saveFile } from './save-file.ts'

/** Frees the resources of spools that the caller did not dispose of. */
const forgotten = new FinalizationRegistry<SpoolResources>((resources) => void resources.free())

/** A spool that keeps small files in memory and writes the others, one after the other, to one temporary file. */
export function createSpool(options: SpoolOptions): Spool {
  return new FileSpool(options)
}

class FileSpool implements Spool {
  readonly memoryLimit: number
  readonly resources: SpoolResources
  readonly #files: MemoryOrDisk[] = []

  constructor({ memoryLimit, totalMemoryLimit, temporaryFolder = tmpdir() }: SpoolOptions) {
    this.memoryLimit = memoryLimit
    this.resources = new SpoolResources(PROCESS_MEMORY.open(totalMemoryLimit), temporaryFolder)
    forgotten.register(this, this.resources)
  }

  openFile(): SpooledFile {
    const file = new MemoryOrDisk(this)
    this.#files.push(file)
    return file
  }

  async dispose(): Promise<void> {
    for (const file of this.#files) file.forget()
    await this.resources.free()
  }
}

/** Everything that a spool has to free. It does not refer to the spool or its files, so that both can be collected. */
class SpoolResources {
  readonly memory: MemoryShare
  readonly #folder: string
  #file: TemporaryFile | undefined
  #isFreed = false

  constructor(memory: MemoryShare, folder: string) {
    this.memory = memory
    this.#folder = folder
  }

  get isFreed(): boolean {
    return this.#isFreed
  }

  /** The one temporary file: a process has few descriptors, and a form may have thousands of files. */
  get file(): TemporaryFile {
    if (this.#isFreed) throw closedUpload()
    this.#file ??= new TemporaryFile(this.#folder, closedUpload)
    return this.#file
  }

  async free(): Promise<void> {
    this.#isFreed = true
    this.memory.close()
    await this.#file?.dispose()
  }
}

/** One file of the spool: in memory, or a range of the temporary file. */
class MemoryOrDisk implements SpooledFile {
  /** A file that is still read keeps its spool from being collected. */
  readonly #spool: FileSpool
  #bytes: GrowingBytes
  /** The first byte in the temporary file; `undefined` for a file in memory. */
  #start: number | undefined
  #size = 0

  constructor(spool: FileSpool) {
    this.#spool = spool
    this.#bytes = new GrowingBytes(spool.memoryLimit)
  }

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array, isGiven: boolean = false): Promise<void> | undefined {
    const { resources } = this.#spool
    this.#size += bytes.length
    if (this.#start === undefined) {
      if (this.#fitsIntoMemory(bytes)) {
        this.#bytes.append(bytes)
        return undefined
      }
      this.#start = resources.file.size
      void resources.file.append(this.#bytes.view())
      resources.memory.giveBack(this.#bytes.capacity)
      this.forget()
    }
    return resources.file.append(bytes, isGiven)
  }

  finish(): Promise<void> | undefined {
    return this.#start === undefined ? undefined : this.#spool.resources.file.flush()
  }

  // A generator of its own keeps this file, and so the spool, for as long as the caller reads.
  async *stream(): AsyncGenerator<Uint8Array, void, undefined> {
    const { resources } = this.#spool
    if (resources.isFreed) throw closedUpload()
    if (this.#start === undefined) yield* this.#bytes.chunks()
    else yield* resources.file.stream(this.#start, this.#start + this.#size)
  }

  /** Lets go of the memory, which the spool counts. */
  forget(): void {
    this.#bytes = new GrowingBytes(0)
  }

  #fitsIntoMemory(bytes: Uint8Array): boolean {
    const { memoryLimit, resources } = this.#spool
    if (this.#size > memoryLimit || resources.isFreed) return false
    return resources.memory.take(this.#bytes.capacityWith(bytes) - this.#bytes.capacity)
  }
}
