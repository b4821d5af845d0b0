/**
 * How an engine treats a condition. `racy`: it looks first and writes later, so that several writers at once can
 * win. `failing`: the answer is 412 also if the condition is met. `refused`: the answer is 501.
 */
export type ConditionSupport = 'kept' | 'racy' | 'failing' | 'ignored' | 'refused'

/** In what an engine differs from others. */
export interface Profile {
  readonly name: ProfileName
  readonly putIfNoneMatch: ConditionSupport
  readonly putIfMatch: ConditionSupport
  readonly completeIfNoneMatch: ConditionSupport
  readonly copyIfNoneMatch: ConditionSupport
  /** `x-amz-copy-source-if-match` of a copied object or part. */
  readonly copySourceIfMatch: ConditionSupport
  readonly deleteIfMatch: ConditionSupport
  /** Checksums beside Content-MD5 are checked, stored and told. A trailer is understood. */
  readonly checksums: boolean
  readonly completeTellsETag: boolean
  /** A part that was uploaded, but is not listed in Complete. */
  readonly unlistedPart: 'dropped' | 'refused'
  /** Answers to Complete without such an upload; `again`: after it has been completed. */
  readonly completeUnknown: 'NoSuchUpload' | 'InternalError'
  readonly completeAgain: 'told' | 'varies' | 'NoSuchUpload'
  /** Complete takes a while, and an Abort meanwhile succeeds, too. */
  readonly slowComplete: boolean
  /** A copy has the ETag of its source, also of a source of several parts. */
  readonly copyKeepsETag: boolean
  /** The times in lists have milliseconds. */
  readonly exactTimes: boolean
  readonly limitsMetadata: boolean
  readonly checksRegion: boolean
  /** Ceph has its own ways to list uploads: see `list-operations.ts`. */
  readonly cephLists: boolean
}

/** The engines that are imitated. */
export type ProfileName = 'aws' | 'ceph16' | 'garage' | 'seaweed' | 'r2' | 'b2'

const AWS: Profile = {
  name: 'aws',
  putIfNoneMatch: 'kept',
  putIfMatch: 'kept',
  completeIfNoneMatch: 'kept',
  copyIfNoneMatch: 'kept',
  copySourceIfMatch: 'kept',
  deleteIfMatch: 'kept',
  checksums: true,
  completeTellsETag: true,
  unlistedPart: 'dropped',
  completeUnknown: 'NoSuchUpload',
  completeAgain: 'varies',
  slowComplete: false,
  copyKeepsETag: false,
  exactTimes: false,
  limitsMetadata: true,
  checksRegion: true,
  cephLists: false,
}

/** Ceph 16.2 as it was measured; the others as their documents and issues describe them. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  aws: AWS,
  ceph16: {
    name: 'ceph16',
    putIfNoneMatch: 'kept',
    putIfMatch: 'failing',
    completeIfNoneMatch: 'ignored',
    copyIfNoneMatch: 'ignored',
    copySourceIfMatch: 'ignored',
    deleteIfMatch: 'ignored',
    checksums: false,
    completeTellsETag: false,
    unlistedPart: 'refused',
    completeUnknown: 'InternalError',
    completeAgain: 'told',
    slowComplete: true,
    copyKeepsETag: true,
    exactTimes: true,
    limitsMetadata: false,
    checksRegion: false,
    cephLists: true,
  },
  garage: {
    ...AWS,
    name: 'garage',
    putIfNoneMatch: 'ignored',
    putIfMatch: 'ignored',
    completeIfNoneMatch: 'ignored',
    copyIfNoneMatch: 'ignored',
    deleteIfMatch: 'ignored',
    completeAgain: 'NoSuchUpload',
    exactTimes: true,
  },
  seaweed: {
    ...AWS,
    name: 'seaweed',
    putIfNoneMatch: 'racy',
    putIfMatch: 'racy',
    completeIfNoneMatch: 'racy',
    copyIfNoneMatch: 'ignored',
    completeAgain: 'NoSuchUpload',
    checksRegion: false,
  },
  r2: { ...AWS, name: 'r2', copyIfNoneMatch: 'ignored', deleteIfMatch: 'ignored', exactTimes: true },
  b2: {
    ...AWS,
    name: 'b2',
    putIfNoneMatch: 'refused',
    putIfMatch: 'refused',
    completeIfNoneMatch: 'refused',
    copyIfNoneMatch: 'refused',
    deleteIfMatch: 'ignored',
    completeAgain: 'NoSuchUpload',
  },
}
