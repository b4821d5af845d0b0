import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, vi } from 'vitest'
import { isUploadError, MiB } from '../../src/index.ts'
import { openS3Storage } from '../../src/storage/s3/s3-storage.ts'
import type { S3Storage } from '../../src/storage/s3/s3-storage.ts'
import { newTimedId } from '../../src/storage/timed-id.ts'
import type { CephGateway } from './ceph/ceph-gateway.ts'
import { hasOwnCeph, s3Test } from './s3-test.ts'
import type { TestBucket } from './test-bucket.ts'

const PREFIX = 'uploads'
const ROUNDS = 8
/** Three parts. */
const BYTES = randomBytes(20 * MiB)
/** A sweep removes everything without an owner once it is a week old. */
const SKEW_MS = 8 * 24 * 60 * 60 * 1000

function storageBehind({ endpoint }: CephGateway, { name, engine: { region, credentials } }: TestBucket): S3Storage {
  return openS3Storage({ bucket: name, prefix: PREFIX, endpoint, region, credentials }, { skewMs: SKEW_MS })
}

type Moment = 'inParts' | 'inPublish'

interface Upload {
  readonly isIntended: boolean
  /** When the gateway is killed. */
  readonly killed?: Moment
  /** Milliseconds from that moment to the kill. */
  readonly delayMs?: number
}

/** True if the upload is acknowledged. It ends when the gateway answers again. */
async function upload(
  storage: S3Storage,
  bucket: TestBucket,
  gateway: CephGateway,
  { isIntended, killed, delayMs }: Upload,
): Promise<boolean> {
  let isBack: Promise<void> | undefined
  const come = (moment: Moment): void => {
    if (killed === moment) isBack = sleep(delayMs).then(() => gateway.restart('SIGKILL'))
  }
  const key = `${newTimedId()}/file.bin`
  const draft = storage.createDraft()
  if (isIntended) draft.intend?.(key, undefined)
  try {
    void draft.append(BYTES.subarray(0, 10 * MiB))
    await vi.waitFor(async () => expect(await bucket.uploads()).not.toEqual([]), { timeout: 30_000, interval: 20 })
    come('inParts')
    void draft.append(BYTES.subarray(10 * MiB))
    const sealed = await draft.seal()
    const publishing = sealed.publish(key)
    come('inPublish')
    if ((await publishing) === undefined) return false
    bucket.acknowledge(`${PREFIX}/${key}`, BYTES)
    return true
  } catch (error) {
    if (!isUploadError(error)) throw error
    await draft.discard()
    return false
  } finally {
    await isBack
  }
}

describe.runIf(hasOwnCeph)('a file whose gateway is killed', () => {
  s3Test.for([
    ['while its parts are sent to its key', 'inParts', true],
    ['while its parts are sent to a private object', 'inParts', false],
    ['while the parts at its key are joined', 'inPublish', true],
    ['while it is copied to its key', 'inPublish', false],
  ] as const)(
    '%s is stored whole or not at all, and the next upload works',
    { timeout: 300_000 },
    async ([, killed, isIntended], { bucket, engine }) => {
      await using gateway = await engine.startGateway()
      const storage = storageBehind(gateway, bucket)
      await storage.check()
      // The engine is then at another step each time: a completion takes it about 40 ms.
      for (let round = 0; round < ROUNDS; round++)
        await upload(storage, bucket, gateway, { isIntended, killed, delayMs: 6 * round })
      expect(await upload(storage, bucket, gateway, { isIntended })).toBe(true)

      // The gateway ends what it has begun, before it ends itself.
      await gateway.restart('SIGTERM')
      await storage.sweep()
      const { entries } = await storage.list()
      expect(entries.map(({ size }) => size)).toEqual(entries.map(() => BYTES.length))
      const files = entries.map(({ key }) => `${PREFIX}/${key}`)
      const objects = (await bucket.objects()).map(({ key }) => key)
      expect(objects.toSorted()).toEqual([`${PREFIX}/.decant/engine`, ...files].toSorted())
      expect(await bucket.uploads()).toEqual([])
      for (const file of files) bucket.acknowledge(file, BYTES)
      await storage.close()
    },
  )
})
