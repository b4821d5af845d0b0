import { UploadError } from '../../errors/upload-error.ts'
import { isKey } from '../../filename/key.ts'
import { checkByteRange } from '../byte-range.ts'
import type { Draft, SealedDraft } from '../draft.ts'
import type { FileRecord, StorageEntry } from '../storage.ts'
import { requireKey } from '../require-key.ts'
import { ByteChunks } from './byte-chunks.ts'
import type { MemoryShelf, ReservedFile } from './memory-shelf.ts'

type State = 'open' | 'sealed' | 'reserved' | 'kept' | 'published' | 'discarded'

/** A draft in memory, before and after it is sealed. */
export class MemoryDraft implements Draft {
  readonly id: string = randomId()
  readonly #shelf: MemoryShelf
  readonly #bytes: ByteChunks
  /** Whether a stored file may have the same bytes. Then they never change. */
  readonly #isShared: boolean
  #state: State = 'open'
  #failure: UploadError | undefined

  /** @param bytes of a stored file, of which this is a sealed draft. Default: an empty draft that is open */
  constructor(shelf: MemoryShelf, bytes?: ByteChunks) {
    this.#shelf = shelf
    this.#bytes = bytes ?? new ByteChunks()
    this.#isShared = bytes !== undefined
    if (bytes === undefined) return
    shelf.share(bytes)
    this.#state = 'sealed'
  }

  get size(): number {
    return this.#bytes.size
  }

  append(bytes: Uint8Array): Promise<void> | undefined {
    this.#require('open')
    if (this.#failure === undefined && !this.#shelf.take(bytes.byteLength))
      this.fail(new UploadError('storage-full', {}))
    if (this.#failure !== undefined) {
      const refusal = Promise.reject<void>(this.#failure)
      // The caller may ignore this promise: the next call rejects, too.
      refusal.catch(() => {})
      return refusal
    }
    this.#bytes.append(bytes)
    return undefined
  }

  async flush(): Promise<void> {
    this.#require('open')
    if (this.#failure !== undefined) throw this.#failure
  }

  async truncate(size: number): Promise<void> {
    this.#require('open')
    checkByteRange(0, size, this.size)
    if (this.#failure !== undefined) throw this.#failure
    this.#shelf.give(this.size - size)
    this.#bytes.truncate(size)
  }

  async seal(): Promise<SealedDraft> {
    this.#require('open')
    if (this.#failure !== undefined) throw this.#failure
    this.#bytes.trim()
    this.#state = 'sealed'
    return this.sealed()
  }

  /** The draft as its users see it after `seal`. */
  sealed(): SealedDraft {
    const sealed: SealedDraft = {
      id: this.id,
      size: this.size,
      stream: (start = 0, end = this.size) => this.#stream(start, end),
      publish: (key, record) => this.#publish(key, record),
      keep: (expiresAt, note) => this.#keep(expiresAt, note),
      discard: () => this.discard(),
    }
    this.#shelf.sealed.set(sealed, (key, record) => this.#reserve(key, record))
    return sealed
  }

  #reserve(key: string, record: FileRecord | undefined): ReservedFile | undefined {
    this.#require('sealed')
    requireKey(key, isKey(key))
    if (this.#failure !== undefined) throw this.#failure
    const entry = this.#shelf.reserve(key, this.size, record)
    if (entry === undefined) return undefined
    this.#state = 'reserved'
    return {
      entry,
      publish: () => {
        this.#shelf.putReserved(entry, this.#bytes)
        this.#state = 'published'
      },
      release: () => {
        this.#shelf.reserved.delete(key)
        this.#state = 'sealed'
      },
    }
  }

  async #keep(expiresAt: Date, note: string): Promise<void> {
    this.#require('sealed')
    if (this.#failure !== undefined) throw this.#failure
    this.#state = 'kept'
    this.#shelf.kept.set(this.id, { claim: () => this.#claim(), expiresAt, note })
    this.#shelf.expiring.set(this, new Date(expiresAt))
  }

  #claim(): SealedDraft {
    this.#require('kept')
    this.#shelf.expiring.delete(this)
    this.#state = 'sealed'
    return this.sealed()
  }

  async discard(): Promise<void> {
    if (this.#state !== 'open' && this.#state !== 'sealed') return
    this.#state = 'discarded'
    this.#release()
  }

  /** Frees the bytes. Every later call fails with `reason`. */
  fail(reason: UploadError): void {
    this.#failure ??= reason
    this.#release()
  }

  #release(): void {
    this.#shelf.expiring.delete(this)
    this.#shelf.kept.delete(this.id)
    this.#shelf.letGo(this.#bytes)
    if (!this.#isShared) this.#bytes.truncate(0)
  }

  #stream(start: number, end: number): AsyncIterable<Uint8Array> {
    if (this.#state !== 'reserved') this.#require('sealed')
    checkByteRange(start, end, this.size)
    if (this.#failure !== undefined) throw this.#failure
    return this.#bytes.stream(start, end)
  }

  async #publish(key: string, record: FileRecord | undefined): Promise<StorageEntry | undefined> {
    this.#require('sealed')
    requireKey(key, isKey(key))
    if (this.#failure !== undefined) throw this.#failure
    const entry = this.#shelf.put(key, this.#bytes, record)
    if (entry === undefined) return undefined
    this.#state = 'published'
    this.#shelf.expiring.delete(this)
    return entry
  }

  #require(state: State): void {
    if (this.#state !== state) throw new TypeError(`The draft is ${this.#state}, not ${state}.`)
  }
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
