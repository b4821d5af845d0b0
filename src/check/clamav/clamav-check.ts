import { checkOptions } from '../../errors/check-options.ts'
import { oneOf, OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import type { NetConnectOpts } from 'node:net'
import { formatBytes, MiB } from '../../errors/byte-size.ts'
import { toLimit } from '../../errors/limit.ts'
import { UploadError } from '../../errors/upload-error.ts'
import type { Check, CheckedUpload } from '../../policy/check.ts'
import { ClamdError } from './clamd-error.ts'
import type { ClamdVerdict } from './clamd-verdict.ts'
import { scanStream } from './scan-stream.ts'
import type { Clamd } from './scan-stream.ts'

/** Options of `clamavCheck`: the address of clamd, and its limits. */
export interface ClamavCheckOptions {
  /** The host of clamd for TCP. Default: `127.0.0.1`. */
  readonly host?: string
  /** Default: 3310. */
  readonly port?: number
  /** The path of clamd's Unix socket, instead of `host` and `port`. */
  readonly socket?: string
  /**
   * Milliseconds without progress after which the file counts as not checked. Connecting, sending the next bytes, and
   * scanning after the last byte may each take that long. Default: 150,000, since clamd itself ends a scan after two
   * minutes.
   */
  readonly timeoutMs?: number
  /**
   * The most bytes of a file; a larger one is refused without a scan. Keep it at or below `StreamMaxLength`,
   * `MaxFileSize` and `MaxScanSize` of clamd.conf: clamd calls a file beyond the last two clean without looking at it.
   * Default: 100 MiB, as theirs.
   */
  readonly maxStreamSize?: number
  /**
   * The fate of a file while no connection to clamd can be made: `refuse` (default) or `accept`, unscanned. A file
   * whose scan has begun and failed is always refused, since the file itself may be the cause.
   */
  readonly onUnavailable?: 'refuse' | 'accept'
  /** Bytes sent at once. Default: 65,536. */
  readonly chunkSize?: number
}

/** The longest time of a timer, about 25 days: a longer one rings at once. */
const LONGEST_MS = 2 ** 31 - 1
/** The length of a chunk is four bytes. */
const LARGEST_CHUNK = 2 ** 32 - 1

const KINDS: OptionKinds<ClamavCheckOptions> = {
  host: OPTION_KINDS.text,
  port: OPTION_KINDS.own,
  socket: OPTION_KINDS.text,
  timeoutMs: OPTION_KINDS.own,
  maxStreamSize: OPTION_KINDS.size,
  onUnavailable: oneOf('refuse', 'accept'),
  chunkSize: OPTION_KINDS.own,
}

/**
 * A check that lets ClamAV's daemon scan the file. It passes only files that clamd calls clean.
 *
 * The check throws `content-refused` if clamd finds something in the file, or if the file is larger than clamd scans.
 * It throws `check-unavailable`, with the reason as its cause, if there is no verdict.
 *
 * @throws {TypeError} for a `socket` beside a `host` or `port`, and for numbers that are not valid.
 * @example
 * ```ts
 * const papers = uploadSet('papers', {
 *   storage: diskStorage('uploads/papers'),
 *   checks: [clamavCheck({ socket: '/run/clamav/clamd.ctl' })],
 * })
 * ```
 */
export function clamavCheck(options: ClamavCheckOptions = {}): Check {
  checkOptions('clamavCheck', options, KINDS)
  const clamd: Clamd = {
    address: toAddress(options),
    timeoutMs: toPositive('timeoutMs', options.timeoutMs, 150_000, LONGEST_MS),
    chunkSize: toPositive('chunkSize', options.chunkSize, 65_536, LARGEST_CHUNK),
  }
  const maxStreamSize = toLimit('maxStreamSize', options.maxStreamSize, 100 * MiB)
  const acceptsUnscanned = options.onUnavailable === 'accept'

  return async (upload) => {
    const { filename, size } = upload
    if (size > maxStreamSize) {
      throw new UploadError('content-refused', {
        filename,
        reason: `only files of up to ${formatBytes(maxStreamSize)} can be scanned for viruses`,
      })
    }
    const verdict = await scan(upload, clamd, acceptsUnscanned)
    if (verdict.kind === 'infected') {
      throw new UploadError('content-refused', { filename, reason: `ClamAV found ${verdict.signature} in it` })
    }
    if (verdict.kind === 'too-large') {
      throw new UploadError('content-refused', { filename, reason: 'it is too large to be scanned for viruses' })
    }
  }
}

async function scan(upload: CheckedUpload, clamd: Clamd, acceptsUnscanned: boolean): Promise<ClamdVerdict> {
  try {
    return await scanStream(upload, clamd)
  } catch (error) {
    // Any other error is not clamd's: an abort, or a failure of the storage.
    if (!(error instanceof ClamdError)) throw error
    if (acceptsUnscanned && !error.reached) return { kind: 'clean' }
    throw new UploadError('check-unavailable', { filename: upload.filename }, { cause: error })
  }
}

function toAddress({ host, port, socket }: ClamavCheckOptions): NetConnectOpts {
  if (socket === undefined) return { host: host ?? '127.0.0.1', port: toPositive('port', port, 3310, 65_535) }
  if (host !== undefined || port !== undefined)
    throw new TypeError('Give clamd a socket, or a host and a port; not both.')
  if (socket === '') throw new TypeError('socket must be a path')
  return { path: socket }
}

/** A whole number from 1 to `most`. */
function toPositive(name: string, value: number | undefined, preset: number, most: number): number {
  const number = value ?? preset
  if (!Number.isInteger(number) || number < 1 || number > most) {
    throw new TypeError(`${name} must be a whole number from 1 to ${most}, not ${number}`)
  }
  return number
}
