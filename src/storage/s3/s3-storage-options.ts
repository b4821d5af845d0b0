import type { S3Client } from '@aws-sdk/client-s3'
import type { Recover } from '../transaction.ts'

/** Options of `s3Storage`. */
export interface S3StorageOptions {
  readonly bucket: string
  /** The beginning of every object's key, such as `uploads`, without a slash at its end. Default: the whole bucket. */
  readonly prefix?: string | undefined
  /** A client of your own. It is used as it is, and `close` does not end it. */
  readonly client?: S3Client | undefined
  /** The URL of the engine, such as `http://127.0.0.1:9000`. Default: AWS, by the region. */
  readonly endpoint?: string | undefined
  /** Default: as the AWS SDK finds it (`AWS_REGION`, profiles), or `us-east-1` if there is an endpoint. */
  readonly region?: string | undefined
  /** Default: as the AWS SDK finds them (`AWS_ACCESS_KEY_ID`, profiles, roles). */
  readonly credentials?: S3Credentials | undefined
  /**
   * How clients get files. `server`, the default: through this server. `redirect`: by a redirect to a URL of the
   * engine, signed for five minutes. This needs `@aws-sdk/s3-request-presigner`.
   */
  readonly downloads?: 'server' | 'redirect' | undefined
  /**
   * The URL under which everybody can read the bucket, such as that of a CDN. Clients are redirected there. Use it only
   * for files that everybody may read: a URL there works for ever.
   */
  readonly publicUrl?: string | undefined
  /**
   * Decides about a transaction whose process is silent. It is called by `sweep`, and every minute while the storage is
   * in use. Its `discard` counts only after a day, unless `recoverFences` is set. Default: publish after a day. A file
   * that no row names is harmless, but a row without its file is not.
   */
  readonly recover?: Recover | undefined
  /** As in `DiskStorageOptions`. Default false. */
  readonly recoverFences?: boolean | undefined
}

/** An access key and its secret. */
export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}
