import { hasErrorName } from '../../errors/error-name.ts'
import { isUploadError, UploadError } from '../../errors/upload-error.ts'

/** The advice for an operator, by the code of the engine's answer. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['NoSuchBucket', 'There is no such bucket: check its name, the region and the endpoint, or create it.'],
  ['PermanentRedirect', 'The bucket is in another region: set "region".'],
  ['AuthorizationHeaderMalformed', 'The region is not that of the bucket: set "region".'],
  ['InvalidAccessKeyId', 'The engine does not know this access key: check AWS_ACCESS_KEY_ID and the endpoint.'],
  ['SignatureDoesNotMatch', 'The secret does not belong to the access key: check AWS_SECRET_ACCESS_KEY.'],
  ['ExpiredToken', 'The credentials have expired: get new ones.'],
  ['InvalidToken', 'The session token is not valid: check AWS_SESSION_TOKEN.'],
  ['CredentialsProviderError', 'There are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.'],
  ['AccessDenied', 'The credentials lack a permission: compare the policy with the one in docs/s3-engines.md.'],
  ['RequestTimeTooSkewed', 'The clock of this machine is wrong: set it by NTP.'],
  ['SlowDown', 'The engine has too much to do: try again later, or ask its operator for a higher limit.'],
  ['QuotaExceeded', 'The quota of the bucket or the user is used up: delete files or raise the quota.'],
  ['ECONNREFUSED', 'The engine does not answer: check the endpoint, and whether it runs.'],
  ['ENOTFOUND', 'The name of the endpoint is not known: check it.'],
  ['ETIMEDOUT', 'The engine does not answer in time: check the endpoint and the network.'],
  ['TimeoutError', 'The engine does not answer in time: check the endpoint and the network.'],
])

/** Codes that a full engine answers with. */
const FULL = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull'])

/** An answer of the engine. */
interface EngineError extends Error {
  readonly $metadata: { readonly httpStatusCode?: number | undefined }
}

/**
 * The refusal for a failure of the engine. Its cause has the engine's code and a sentence that tells the operator what
 * to do, and no secret. Refusals and misuse (`TypeError`) stay as they are.
 */
export function toS3Error(error: unknown): Error {
  if (isUploadError(error) || (hasErrorName(error, 'TypeError') && !isNetworkError(error))) return error
  // An error of Decant's own says all that there is to say.
  if (hasErrorName(error, 'Error') && !isEngineError(error) && !isNetworkError(error)) {
    return new UploadError('storage-failed', {}, { cause: error })
  }
  const code = codeOf(error)
  const cause = new Error(told(code, error), { cause: error })
  return new UploadError(FULL.has(code) ? 'storage-full' : 'storage-failed', {}, { cause })
}

/** The engine's code, such as `NoSuchKey`, or that of the system, such as `ECONNREFUSED`. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown'
  if ('code' in error && typeof error.code === 'string') return error.code
  const status = statusOf(error)
  // HEAD has no body, so its answers have no code.
  if (hasErrorName(error, 'Unknown') || hasErrorName(error, 'Error') || hasErrorName(error, 'UnknownError')) {
    return status === 403 ? 'AccessDenied' : `status ${status ?? 'unknown'}`
  }
  return 'name' in error && typeof error.name === 'string' ? error.name : 'unknown'
}

/** The status of the engine's answer; `undefined` if there was none. */
function statusOf(error: unknown): number | undefined {
  return isEngineError(error) ? error.$metadata.httpStatusCode : undefined
}

/** True if there is no such object or upload. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && codeOf(error) !== 'NoSuchBucket'
}

/** True if a conditional request lost: another request has the key, or is about to get it. */
export function isLost(error: unknown): boolean {
  const status = statusOf(error)
  return status === 412 || status === 409
}

/** True if the engine has refused the request for good. Otherwise it may have done, or may still do, what was asked. */
export function isRefused(error: unknown): boolean {
  const status = statusOf(error)
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429
}

function isEngineError(error: unknown): error is EngineError {
  return error instanceof Error && '$metadata' in error && typeof error.$metadata === 'object'
}

function isNetworkError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
}

function told(code: string, error: unknown): string {
  const advice = ADVICE.get(code)
  // The text of the engine may quote the access key, and that of a signature the whole request.
  const said = hasErrorName(error, code) && advice === undefined ? ` (${error.message})` : ''
  return `The storage engine answers ${code}${said}.${advice === undefined ? '' : ` ${advice}`}`
}
