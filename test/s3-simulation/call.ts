import type { Bucket, StoredObject } from './bucket.ts'
import type { EngineRequest } from './engine-message.ts'
import { EngineError } from './engine-error.ts'
import type { Profile } from './profile.ts'

/** Sizes in bytes that a test can make smaller. */
export interface EngineLimits {
  /** The least size of each part but the last. Default 5 MiB. */
  readonly minPartSize: number
  /** The greatest size that one CopyObject copies. Default 5 GiB. */
  readonly maxCopySize: number
}

/** One operation that the engine performs. */
export interface Call {
  readonly request: EngineRequest
  readonly bucket: Bucket
  /** Empty for an operation on the bucket. */
  readonly key: string
  readonly profile: Profile
  readonly limits: EngineLimits
  /** The engine's clock, in milliseconds since 1970. */
  readonly now: () => number
  /** Lets the other operations go on first. */
  readonly turn: () => Promise<void>
  /** One of several things that a real engine may do. Without a seed, the first. */
  readonly pick: <Item>(items: readonly [Item, ...Item[]]) => Item
}

/** @throws {EngineError} `NoSuchKey` if there is none, or if its bytes are gone. */
export function requireObject(bucket: Bucket, key: string): StoredObject {
  const object = bucket.objects.get(key)
  if (object === undefined || bucket.isRotten(object)) throw new EngineError('NoSuchKey')
  return object
}

/** A whole number in the query. */
export function numberIn(request: EngineRequest, name: string, fallback: number): number {
  const text = request.query.get(name)
  if (text === undefined) return fallback
  if (!/^\d{1,10}$/.test(text)) throw new EngineError('InvalidArgument', `${name} is not a number`)
  return Number(text)
}
