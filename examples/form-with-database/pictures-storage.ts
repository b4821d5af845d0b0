import { diskStorage } from 'decant/disk'
import type { Recover } from 'decant/disk'
import type { Storage } from 'decant/storage'

/** The bucket of `BUCKET` in the environment, or else the folder `pictures`. */
export async function picturesStorage(recover: Recover): Promise<Storage> {
  const { BUCKET: bucket, ENDPOINT: endpoint } = process.env
  if (bucket === undefined) return diskStorage('pictures', { durable: true, recover })
  // Imported only here, because it needs the SDK of AWS.
  const { s3Storage } = await import('decant/s3')
  const storage = s3Storage({ bucket, endpoint, recover })
  // A wrong bucket or secret ends the start, and not the first post.
  await storage.check()
  return storage
}
