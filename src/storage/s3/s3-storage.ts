import type { S3Client } from '@aws-sdk/client-s3'
import type { Recover, StorageTransaction, TransactionLeader } from '../transaction.ts'
import type { ClaimedDraft, SealedDraft } from '../draft.ts'
import type { Storage } from '../storage.ts'

/** Options of `s3Storage`. */
export interface S3StorageOptions {
  readonly bucket: string
  /** The beginning of every object's key, without a slash at its end, such as `uploads`. Default: the whole bucket. */
  readonly prefix?: string | undefined
  /** A client of your own. It is used as it is, and `close` does not end it. */
  readonly client?: S3Client | undefined
  /** The URL of the engine, such as `http://127.0.0.1:9000`. Default: AWS, by the region. */
  readonly endpoint?: string | undefined
  /** Default: as the environment says (`AWS_REGION`), or else `us-east-1` if there is an endpoint. */
  readonly region?: string | undefined
  /** Default: as the environment says (`AWS_ACCESS_KEY_ID`, profiles, roles). */
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined
  /**
   * How clients get files. `server`, the default: through this server. `redirect`: by a redirect to a URL of the
   * engine, signed for five minutes.
   */
  readonly downloads?: 'server' | 'redirect' | undefined
  /** The URL of a CDN before the bucket. Redirects lead there, and are not signed. */
  readonly publicUrl?: string | undefined
  /** As in `DiskStorageOptions`. */
  readonly recover?: Recover | undefined
  /** As in `DiskStorageOptions`. */
  readonly recoverFences?: boolean | undefined
}

/** A storage in a bucket. */
export interface S3Storage extends Storage {
  readonly kind: 's3'
  readonly keys: 'once'
  readonly recover: Recover | undefined
  /**
   * Makes sure that the bucket can be used: its name, the credentials, the permissions and the engine's abilities.
   * Without this call, the first upload does.
   *
   * @throws {UploadError} `storage-failed` with a cause that says what to do.
   */
  check(): Promise<void>
  createTransaction(leader?: TransactionLeader): StorageTransaction
  claim(id: string): Promise<ClaimedDraft | undefined>
  draftOf(key: string, version: string): Promise<SealedDraft | undefined>
  close(): Promise<void>
}

/** Keeps files in a bucket of S3, or of an engine that speaks its protocol. */
export function s3Storage(_options: S3StorageOptions): S3Storage {
  throw new Error('not yet')
}
