import { UploadError } from 'decant'
import { isKey } from 'decant/names'
import { checkByteRange, listPage } from 'decant/storage'
import type { Draft, FileRecord, OpenFile, SealedDraft, Storage, StorageEntry } from 'decant/storage'

// A storage as a stranger writes it, with the public entries alone: files in a Map, without transactions and without
// drafts that outlive their request.

interface MappedFile {
  readonly entry: StorageEntry
  readonly bytes: Uint8Array
}

export function mapStorage(): Storage {
  const files = new Map<string, MappedFile>()
  const drafts = new Map<MapDraft, Date>()
  return {
    kind: 'map',
    createDraft({ expiresAt } = {}) {
      const draft = new MapDraft(files)
      if (expiresAt !== undefined) drafts.set(draft, expiresAt)
      return draft
    },
    async stat(key) {
      return files.get(key)?.entry
    },
    async open(key) {
      const file = files.get(key)
      return file === undefined ? undefined : openFile(file)
    },
    async list(options) {
      return listPage(
        [...files.values()].map(({ entry }) => entry),
        options,
      )
    },
    async delete(key, { version } = {}) {
      const found = files.get(key)?.entry.version
      return (version === undefined || version === found) && files.delete(key)
    },
    async sweep() {
      const over = [...drafts].filter(([, expiresAt]) => expiresAt.getTime() <= Date.now())
      for (const [draft] of over) {
        draft.expire()
        drafts.delete(draft)
      }
      return over.length
    },
  }
}

/** Open until it is sealed, and then a `SealedDraft` itself. */
class MapDraft implements Draft, SealedDraft {
  readonly id: string = crypto.randomUUID()
  readonly #files: Map<string, MappedFile>
  #bytes = new Uint8Array()
  #state: 'open' | 'sealed' | 'over' | 'expired' = 'open'

  constructor(files: Map<string, MappedFile>) {
    this.#files = files
  }

  get size(): number {
    return this.#bytes.length
  }

  append(bytes: Uint8Array): undefined {
    // `seal` tells of a draft that has expired.
    if (this.#state !== 'expired') this.#require('open')
    const all = new Uint8Array(this.size + bytes.length)
    all.set(this.#bytes)
    all.set(bytes, this.size)
    this.#bytes = all
    return undefined
  }

  async flush(): Promise<void> {
    this.#require('open')
  }

  async truncate(size: number): Promise<void> {
    this.#require('open')
    checkByteRange(0, size, this.size)
    this.#bytes = this.#bytes.slice(0, size)
  }

  async seal(): Promise<SealedDraft> {
    this.#require('open')
    this.#state = 'sealed'
    return this
  }

  stream(start: number = 0, end: number = this.size): AsyncIterable<Uint8Array> {
    this.#require('sealed')
    checkByteRange(start, end, this.size)
    return chunkOf(this.#bytes.slice(start, end))
  }

  async publish(key: string, record?: FileRecord): Promise<StorageEntry | undefined> {
    this.#require('sealed')
    if (!isKey(key)) throw new TypeError(`${JSON.stringify(key)} is not a valid key.`)
    if (this.#files.has(key)) return undefined
    const facts = { key, size: this.size, storedAt: new Date(), version: crypto.randomUUID() }
    const entry = record === undefined ? facts : { ...facts, record: { ...record } }
    this.#files.set(key, { entry, bytes: this.#bytes })
    this.#state = 'over'
    return entry
  }

  async discard(): Promise<void> {
    this.#state = 'over'
  }

  expire(): void {
    this.#state = 'expired'
  }

  #require(state: 'open' | 'sealed'): void {
    if (this.#state === 'expired') throw new UploadError('storage-failed', {})
    if (this.#state !== state) throw new TypeError(`The draft is ${this.#state}, not ${state}.`)
  }
}

function openFile({ entry, bytes }: MappedFile): OpenFile {
  let isUsed = false
  return {
    entry,
    stream(start = 0, end = entry.size) {
      if (isUsed) throw new TypeError('The file was read or closed already.')
      checkByteRange(start, end, entry.size)
      isUsed = true
      return chunkOf(bytes.slice(start, end))
    },
    async close() {
      isUsed = true
    },
  }
}

async function* chunkOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes.length > 0) yield bytes
}
