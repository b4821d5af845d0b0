/**
 * Tests on a real S3 engine: `$S3_ENDPOINT`, or else a Ceph that the tests start. They are skipped on a machine without
 * either. Under CI nothing is skipped: without an engine the import itself fails, and with it the test file.
 *
 * @module
 */
import { env } from 'node:process'
import { inject, test } from 'vitest'
import type { TestAPI } from 'vitest'
import { findEngine } from './find-engine.ts'
import { S3Engine } from './s3-engine.ts'
import type { EngineAccess } from './s3-engine.ts'
import { TestBucket } from './test-bucket.ts'

const place = findEngine()

if (place === undefined && env['CI']) {
  throw new Error('CI must run the tests of S3, and no Ceph was found: install it, or set S3_ENDPOINT')
}

/** True if the tests run on a Ceph of their own, so that a test may kill its gateways. */
export const hasOwnCeph: boolean = place !== undefined && !env['S3_ENDPOINT']

interface S3TestContext {
  /** The engine that all test files share. */
  readonly engine: S3Engine
  /**
   * A new bucket of this test alone. At the end of the test, garbage is collected and the bucket is verified. Then it
   * is removed.
   */
  readonly bucket: TestBucket
  /** A bucket that the tests of a file share. At the end of the file, it is verified and removed as `bucket`. */
  readonly fileBucket: TestBucket
}

/** Vitest's `test`, with an engine and a bucket. */
export const s3Test: ReturnType<TestAPI<S3TestContext>['skipIf']> = test
  .extend('engine', { scope: 'file' }, sharedEngine)
  .extend('fileBucket', { scope: 'file' }, async ({ engine }, { onCleanup }) => {
    const { bucket, end } = await TestBucket.begin(engine)
    onCleanup(end)
    return bucket
  })
  .extend<Pick<S3TestContext, 'bucket'>>({ bucket: async ({ engine }, use) => TestBucket.use(engine, use) })
  .skipIf(place === undefined)

async function sharedEngine(): Promise<S3Engine> {
  const response = await fetch(inject('s3EngineUrl'))
  if (!response.ok) throw new Error(`The S3 engine did not start: ${await response.text()}`)
  const access: EngineAccess = JSON.parse(await response.text())
  return new S3Engine(access)
}
