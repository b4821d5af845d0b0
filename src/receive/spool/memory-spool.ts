import { MemoryChunks } from './memory-chunks.ts'
import type { SaveFileOptions, Spool, SpoolOptions } from './spool.ts'

/** A spool where there is no file system: everything stays in memory, bounded by the limits of the form. */
export function createSpool(_options: SpoolOptions): Spool {
  const chunks = new MemoryChunks()
  return {
    get size() {
      return chunks.size
    },
    append(bytes) {
      chunks.append(bytes)
      return undefined
    },
    finish: () => undefined,
    stream: () => chunks.stream(),
    async dispose() {
      chunks.take()
    },
  }
}

/** @throws {TypeError} always: there is no file system here. */
export async function saveFile(
  _path: string,
  _source: AsyncIterable<Uint8Array>,
  _options: SaveFileOptions,
): Promise<void> {
  throw new TypeError('save() needs a file system, and this runtime has none. Give the file to an upload set instead.')
}
