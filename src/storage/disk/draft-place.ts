import type { PrivateFolder } from './private-folder.ts'
import type { RecordCache } from './record-cache.ts'

/** What is to become of a prepared transaction that was left. */
export type Settlement = 'publish' | 'discard' | 'ask'

/** What all drafts of a storage share. */
export interface DraftPlace {
  /** The folder of the stored files, absolute. */
  readonly root: string
  readonly folder: PrivateFolder
  readonly records: RecordCache
  /** Permissions of a stored file. */
  readonly mode: number
  /** Whether what is published is flushed to the medium first. */
  readonly durable: boolean
  /** Bytes that may wait to be written. */
  readonly highWaterMark: number
  /** Bytes of the disk that stay free. */
  readonly minFreeSpace: number
  /**
   * By their ids, the transactions of this process that the disk did not let it carry out, and what is to become of them.
   * The next sweep goes on with them.
   */
  readonly unsettled: Map<string, Settlement>
  /** Asks how many bytes of it are free. */
  readonly freeSpace: () => Promise<number>
}
