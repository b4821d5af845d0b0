import { S3Client } from '@aws-sdk/client-s3'
import type { S3StorageOptions } from './s3-storage-options.ts'

/** Attempts of a request, with growing pauses of random length in between. */
const ATTEMPTS = 5
const CONNECT_MS = 5000
/** An engine that sends nothing for so long counts as down. */
const SILENCE_MS = 30_000
/**
 * A slow client holds the socket of its download. With a limit, such clients would take all sockets, and the SDK
 * rejects requests that wait for one. The limits for clients are those of the server.
 */
const MOST_SOCKETS = Infinity

/** The client of a storage that was given none. */
export function newClient({ endpoint, region, credentials }: S3StorageOptions): S3Client {
  return new S3Client({
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    // Engines with an endpoint of their own rarely have regions, but a signature names one.
    ...((region !== undefined || endpoint !== undefined) && { region: region ?? 'us-east-1' }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    // By default, the client adds checksums that several engines refuse.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      httpAgent: { maxSockets: MOST_SOCKETS, keepAlive: true },
      httpsAgent: { maxSockets: MOST_SOCKETS, keepAlive: true },
    },
  })
}
