import { randomUUID } from 'node:crypto'
import { VERDICT } from './journal.ts'
import { textBody, WRITER } from './s3-bucket.ts'
import type { S3Bucket } from './s3-bucket.ts'

/**
 * The decision about a transaction, which it gets once. `publish-only` publishes the files and deletes none: the sweep
 * of a storage without `recover` cannot ask the application.
 */
export type Verdict = 'publish' | 'publish-only' | 'discard'

/** The verdict in the folder of a transaction, if there is one. Rejects with the engine's error. */
export async function readVerdict(bucket: S3Bucket, folder: string): Promise<Verdict | undefined> {
  const text = await bucket.text(folder + VERDICT)
  if (text === undefined || text === 'publish' || text === 'publish-only' || text === 'discard') return text
  throw new Error('A transaction has a verdict that this version of Decant does not know.')
}

/**
 * Gives a transaction its verdict, unless it has one. Resolves to the one that counts, or to `undefined` if another
 * process has just ended the transaction. Rejects with the engine's error.
 */
export async function giveVerdict(bucket: S3Bucket, folder: string, wanted: Verdict): Promise<Verdict | undefined> {
  const head = { metadata: { [WRITER]: randomUUID() } }
  if (await bucket.putNew(folder + VERDICT, textBody(wanted), head)) return wanted
  return readVerdict(bucket, folder)
}
