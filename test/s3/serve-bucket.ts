import { serveWith } from '../cli/decant-process.ts'
import type { ServingDecant } from '../cli/decant-process.ts'
import type { EngineAccess } from './s3-engine.ts'

/** The variables by which the SDK of AWS finds the credentials of the engine. */
export function credentialsOf({ credentials }: EngineAccess): Readonly<Record<string, string>> {
  return { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey }
}

/** The URL of a bucket for `--storage`, with files below `drop/`. */
export function bucketUrl(bucket: string, { endpoint, region }: EngineAccess, more: string = ''): string {
  return `s3://${bucket}/drop?endpoint=${endpoint}&region=${region}${more}`
}

/** Starts `decant serve` with the bucket. Every client may delete. */
export async function serveBucket(
  bucket: { readonly name: string; readonly engine: EngineAccess },
  typed: readonly string[] = [],
  more?: string,
): Promise<ServingDecant> {
  const { name, engine } = bucket
  return serveWith([`--storage=${bucketUrl(name, engine, more)}`, ...typed], {
    env: { ...credentialsOf(engine), DECANT_CREDENTIALS: '* upload,list,fetch,delete' },
  })
}
