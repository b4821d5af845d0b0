import type { DiskRoom } from './free-space.ts'
import type { PrivateFolder } from './private-folder.ts'
import type { RecordCache } from './record-cache.ts'

/** The facts that all drafts of a storage share. */
export interface DraftPlace {
  /** The folder of the stored files, absolute. */
  readonly root: string
  readonly folder: PrivateFolder
  readonly records: RecordCache
  /** Permissions of a stored file. */
  readonly mode: number
  /** Whether files are flushed to the medium before they are published. */
  readonly durable: boolean
  /** Bytes that may wait to be written. */
  readonly highWaterMark: number
  /** Bytes of the disk that stay free. */
  readonly minFreeSpace: number
  /** Tells the lists that the file of a key is gone, because another file may get the key before the next list. */
  readonly doubt: (key: string) => void
  /** Asks how much of the disk is free. */
  readonly room: () => Promise<DiskRoom>
}
