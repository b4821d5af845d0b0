import { env } from 'node:process'
import { startCeph } from './ceph/ceph-cluster.ts'
import type { EngineAccess } from './s3-engine.ts'

/** An engine that answers. If it was started here, it ends when it is disposed of, or with this process. */
export interface StartedEngine extends AsyncDisposable {
  readonly access: EngineAccess
}

/** The engine of `$S3_ENDPOINT`, or else a Ceph of our own. */
export async function startEngine(): Promise<StartedEngine> {
  const endpoint = env['S3_ENDPOINT']
  if (endpoint) {
    const credentials = { accessKeyId: needed('S3_ACCESS_KEY'), secretAccessKey: needed('S3_SECRET_KEY') }
    const region = env['S3_REGION'] || 'us-east-1'
    return { access: { endpoint, region, credentials }, async [Symbol.asyncDispose]() {} }
  }
  const cluster = await startCeph()
  const { endpoint: own, credentials, place } = cluster
  return {
    access: { endpoint: own, region: 'default', credentials, ceph: place },
    [Symbol.asyncDispose]: async () => cluster[Symbol.asyncDispose](),
  }
}

function needed(variable: string): string {
  const value = env[variable]
  if (!value) throw new TypeError(`S3_ENDPOINT is set, and ${variable} is not: set it, too`)
  return value
}
