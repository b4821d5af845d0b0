import type { ObjectNames } from './object-names.ts'
import type { PartMemory } from './part-memory.ts'
import type { S3Bucket } from './s3-bucket.ts'

/** A transaction of this process: it runs, or the next sweep has to carry out its verdict. */
type OwnTransaction = 'running' | 'publish' | 'discard'

/** A draft that fails when its time is over. */
interface Perishable {
  /** Frees its bytes. Every later call fails. */
  expire(): Promise<void>
}

/** The state that the parts of an S3 storage share. */
export interface S3Place {
  readonly bucket: S3Bucket
  readonly names: ObjectNames
  readonly memory: PartMemory
  /** Resolves when it is known that the engine can do what is needed. */
  readonly ready: () => Promise<void>
  /** The transactions of this process, by their ids. */
  readonly transactions: Map<string, OwnTransaction>
  /** Drafts that expire, and when each of them does. */
  readonly expiring: Map<Perishable, Date>
}
