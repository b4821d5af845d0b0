import { PROCESS_MEMORY, PROCESS_MEMORY_LIMIT } from '../budget/process-memory.ts'
import type { MemoryShare } from '../budget/memory-budget.ts'
import { MiB } from '../errors/byte-size.ts'
import { checkOptions } from '../errors/check-options.ts'
import { toLimit } from '../errors/limit.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { tellValue } from '../errors/tell-value.ts'
import { UploadError } from '../errors/upload-error.ts'
import { checkStorage } from '../storage/check-storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { DraftSource } from './draft-source.ts'
import type { FileTransaction, SkippedDeletion, TransactionBytesOptions } from './file-transaction.ts'
import { SAVE_KINDS, sealSource } from './save-source.ts'
import type { SaveSource } from './file-source.ts'
import type { SaveOptions } from './save-source.ts'
import { toKey } from './to-key.ts'
import type { UploadDraft } from './upload-draft.ts'
import type { UploadTransaction } from './upload-transaction.ts'

/** The default of `maxSize`, in bytes. */
const MAX_BYTES = 32 * MiB

const BYTES_KINDS: OptionKinds<TransactionBytesOptions> = { maxSize: OPTION_KINDS.size }

interface RunningOptions {
  readonly signal: AbortSignal
  readonly drafts: readonly UploadDraft[]
  /** The files that the drafts become, in the same order. */
  readonly files: readonly StoredFile[]
}

/** A transaction while its handler runs. The methods need no `this`, because handlers take the object apart. */
export class RunningTransaction implements FileTransaction {
  readonly id: string
  readonly signal: AbortSignal
  readonly #transaction: UploadTransaction
  /** The files that are about to be published, by set and key. */
  readonly #drafts = new Map<string, UploadDraft>()
  /** The drafts of files that the handler has saved. */
  readonly #saved: UploadDraft[] = []
  /** Calls that have not ended. A handler may not wait for all of them. */
  readonly #calls = new Set<Promise<unknown>>()
  #memory: MemoryShare | undefined
  #isOver = false

  constructor(transaction: UploadTransaction, { signal, drafts, files }: RunningOptions) {
    this.#transaction = transaction
    this.id = transaction.id
    this.signal = signal
    for (const [index, file] of files.entries()) this.#note(file, drafts[index])
  }

  get skipped(): readonly SkippedDeletion[] {
    return this.#transaction.skipped
  }

  readonly bytes = (file: StoredFile, options: TransactionBytesOptions = {}): Promise<Uint8Array<ArrayBuffer>> =>
    this.#during(async () => {
      checkOptions('transaction.bytes', options, BYTES_KINDS)
      const limit = toLimit('maxSize', options.maxSize, MAX_BYTES)
      const draft = this.#draftOf(file)
      const { size, head } = draft
      if (size > limit) {
        const { filename, field } = head
        throw new UploadError('file-too-large', { limit, filename, ...(field !== undefined && { field }) })
      }
      const memory = (this.#memory ??= PROCESS_MEMORY.open(PROCESS_MEMORY_LIMIT))
      if (!memory.take(size)) throw new UploadError('overloaded', {})
      try {
        return await readAll(draft)
      } catch (error) {
        memory.giveBack(size)
        throw error
      }
    })

  readonly stream = (file: StoredFile, start?: number, end?: number): AsyncIterable<Uint8Array> => {
    this.#requireRunning()
    return this.#whileRunning(this.#draftOf(file).stream(start, end))
  }

  readonly path = (file: StoredFile): string => {
    this.#requireRunning()
    return this.#draftOf(file).path()
  }

  readonly save = (set: DraftSource, source: SaveSource, options: SaveOptions = {}): Promise<StoredFile> =>
    this.#during(async () => {
      checkOptions('transaction.save', options, SAVE_KINDS)
      checkSet('save', set)
      this.#transaction.check(set)
      const draft = await sealSource(set, source, options)
      try {
        const stored = await this.#transaction.reserve(draft)
        this.#saved.push(draft)
        this.#note(stored, draft)
        return stored
      } catch (error) {
        await draft.discard()
        throw error
      }
    })

  readonly delete = (set: DraftSource, file: StoredFile | string): Promise<boolean> =>
    this.#during(async () => {
      checkSet('delete', set)
      return this.#transaction.delete(set, toKey(file))
    })

  /** Refuses further calls, and waits for those that are under way. Never rejects. */
  async end(): Promise<void> {
    this.#isOver = true
    await Promise.allSettled(this.#calls)
  }

  /** Gives back the memory. Call it last. */
  release(): void {
    this.#memory?.close()
  }

  /** Discards the files that the handler has saved, after a rollback. Never rejects. */
  async discard(): Promise<void> {
    await Promise.all(this.#saved.map((draft) => draft.discard()))
  }

  #note({ set, key }: StoredFile, draft: UploadDraft | undefined): void {
    if (draft !== undefined) this.#drafts.set(`${set}/${key}`, draft)
  }

  #draftOf(file: StoredFile): UploadDraft {
    const value: unknown = file
    const draft = typeof value === 'object' && value !== null ? this.#drafts.get(`${file.set}/${file.key}`) : undefined
    if (draft !== undefined) return draft
    const told = typeof value === 'object' && value !== null ? JSON.stringify(file.key) : tellValue(value)
    throw new TypeError(
      `${told} is not a file that this transaction is about to publish. For a stored file, use open of its set.`,
    )
  }

  #during<Result>(work: () => Promise<Result>): Promise<Result> {
    const call = this.#run(work)
    // A handler may not wait for it. Then its failure must not end the process.
    call.catch(ignore)
    return call
  }

  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#requireRunning()
    const call = work()
    this.#calls.add(call)
    try {
      return await call
    } finally {
      this.#calls.delete(call)
    }
  }

  async *#whileRunning(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    this.#requireRunning()
    for await (const chunk of chunks) {
      this.#requireRunning()
      yield chunk
    }
  }

  #requireRunning(): void {
    if (!this.#isOver) return
    throw new TypeError('The transaction is over: wait for all its calls before the handler returns.')
  }
}

async function readAll(draft: UploadDraft): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(draft.size)
  let offset = 0
  for await (const chunk of draft.stream()) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

function ignore(): void {}

/** @throws {TypeError} for a value that only JavaScript can pass. */
function checkSet(call: string, set: unknown): void {
  const value: object = typeof set === 'object' && set !== null ? set : {}
  if ('draft' in value && 'storage' in value) return checkStorage(`The set of transaction.${call}`, value.storage)
  throw new TypeError(`transaction.${call} needs an upload set first; got ${tellValue(set)}.`)
}
