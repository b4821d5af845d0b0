import type { OpenFile, Storage } from '../storage.ts'
import { FileInMemory } from './file-in-memory.ts'
import { CachedFiles } from './cached-files.ts'
import { RecentKeys } from './recent-keys.ts'

/** Bytes of the largest file that is cached. A file of this size is still sent in one go. */
const MAX_SIZE = 64 * 1024

/** Bytes of all cached files. */
const MAX_CACHED = 32 * 1024 * 1024

/** Milliseconds after which a file is read again. */
const MAX_AGE_MS = 10_000

/** The number of keys that are remembered. A file is cached if it is opened again before so many others were opened. */
const MAX_REMEMBERED = 1000

/** An open file that may tell later whether its bytes can still be given out. */
export interface CacheableFile extends OpenFile {
  /**
   * Whether the key still leads to this file, and the file is unchanged. Called after the file was read and closed. It
   * must answer at once, and says false if it cannot tell. Absent if a change could go unnoticed.
   */
  readonly isCurrent?: (() => boolean) | undefined
}

/** A storage of which small files can be cached. */
export interface CacheableStorage extends Storage {
  open(key: string): Promise<CacheableFile | undefined>
}

/**
 * Keeps small files of another storage in memory for ten seconds, if they are opened more than once. Before a reader
 * gets such a file, the cache asks whether the file is current. So each reader gets the bytes that the storage would
 * have given. All other calls go to the storage.
 *
 * @param storage an object whose methods need no `this`, as the factories of storages return it
 */
export function cachedStorage<Inner extends CacheableStorage>(storage: Inner): Inner {
  const cached = new CachedFiles(MAX_CACHED, MAX_AGE_MS)
  const recent = new RecentKeys(MAX_REMEMBERED)
  return {
    ...storage,
    async open(key: string): Promise<OpenFile | undefined> {
      const now = performance.now()
      const known = cached.get(key, now)
      if (known !== undefined) {
        if (known.isCurrent()) return new FileInMemory(known.entry, known.content)
        cached.delete(key)
      }
      const file = await storage.open(key)
      if (file?.isCurrent === undefined || file.entry.size === 0 || file.entry.size > MAX_SIZE) return file
      if (now - recent.note(key, now) >= MAX_AGE_MS) return file
      const { entry, isCurrent } = file
      const content = await readAll(file)
      cached.set(key, { entry, content, isCurrent, readAt: now })
      return new FileInMemory(entry, content)
    },
    async close(): Promise<void> {
      cached.clear()
      await storage.close?.()
    },
  }
}

/** The whole content, in memory that no other code uses. */
async function readAll(file: OpenFile): Promise<Uint8Array> {
  const content = new Uint8Array(file.entry.size)
  let size = 0
  for await (const chunk of file.stream()) {
    content.set(chunk, size)
    size += chunk.byteLength
  }
  return content
}
