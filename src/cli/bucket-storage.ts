import type { S3Storage } from '../s3.ts'
import { tellBucket } from './bucket-url.ts'
import type { BucketSettings } from './bucket-url.ts'
import { causesOf } from './causes.ts'
import { CommandError } from './command-error.ts'

const SDK = '@aws-sdk/client-s3'
const PRESIGNER = '@aws-sdk/s3-request-presigner'

/**
 * The storage of a bucket. Its credentials come from the environment, as the SDK of AWS reads them.
 *
 * @throws {CommandError} if the SDK is not installed, and for a value that the storage does not allow.
 */
export async function bucketStorage(settings: BucketSettings): Promise<S3Storage> {
  const { kind: _, ...options } = settings
  const signs = settings.downloads === 'redirect' && settings.publicUrl === undefined
  try {
    // Only here: a user without a bucket does not install the SDK.
    const { s3Storage } = await import('../s3.ts')
    if (signs) await import('@aws-sdk/s3-request-presigner')
    return s3Storage(options)
  } catch (error) {
    if (isMissing(error)) throw withoutPackage(error, signs)
    // A value that is not valid.
    if (error instanceof TypeError) throw new CommandError(`--storage: ${error.message}`, 2, { cause: error })
    throw error
  }
}

/**
 * Makes sure that files can be kept in the bucket. Removes or settles the leftovers of runs that were killed. If files
 * cannot be kept there, closes the storage.
 *
 * @param warn called with a sentence about a fault that the operator should correct, though the server can start
 * @throws {CommandError} if files cannot be kept in it.
 */
export async function tryBucket(
  storage: Pick<S3Storage, 'check' | 'sweep' | 'close'>,
  settings: BucketSettings,
  warn: (text: string) => void,
): Promise<void> {
  try {
    await storage.check()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    await storage.close()
    // The nearest cause tells all. Others are answers of the engine, which may quote a request.
    const [reason = error.message] = causesOf(error)
    throw new CommandError(`files cannot be kept in ${tellBucket(settings)}: ${reason}`, 1, { cause: error })
  }
  try {
    await storage.sweep()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const [reason = error.message] = causesOf(error)
    warn(`some leftovers of former runs are not removed: ${reason}`)
  }
}

/** The origins to which clients are redirected for a file: those of the CDN, or of the engine. */
export function downloadOrigins({ endpoint, downloads, publicUrl }: BucketSettings): readonly string[] {
  if (downloads === 'server') return []
  if (publicUrl !== undefined) return [new URL(publicUrl).origin]
  // The bucket is a part of the path there. At AWS, it and the region are a part of the host.
  return [endpoint === undefined ? 'https://*.amazonaws.com' : new URL(endpoint).origin]
}

function isMissing(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes('@aws-sdk/')
  )
}

function withoutPackage(error: Error, signs: boolean): CommandError {
  const packages = signs ? [SDK, PRESIGNER] : [SDK]
  return new CommandError(
    `--storage needs ${packages.join(' and ')} beside decant: run npm install ${packages.join(' ')} in the same project ` +
      '(with npx: one -p for each of these packages, and one for the command)',
    2,
    { cause: error },
  )
}
