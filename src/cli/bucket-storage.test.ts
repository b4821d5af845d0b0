import { describe, expect, test } from 'vitest'
import { UploadError } from '../index.ts'
import { downloadOrigins, tryBucket } from './bucket-storage.ts'
import type { BucketSettings } from './bucket-url.ts'
import { CommandError } from './command-error.ts'

const SETTINGS: BucketSettings = { kind: 'bucket', bucket: 'inbox', prefix: 'drop', downloads: 'server' }

/** A storage whose steps fail, if they do, as the engine says. It notes the steps. */
function storageThat({ fails }: { readonly fails?: 'check' | 'sweep' }) {
  const steps: string[] = []
  const failure = new UploadError(
    'storage-failed',
    {},
    { cause: new Error('There is no such bucket.', { cause: new Error('<Error>AKIAXYZ</Error>') }) },
  )
  const step = async (name: string): Promise<void> => {
    steps.push(name)
    if (name === fails) throw failure
  }
  return {
    steps,
    check: () => step('check'),
    sweep: () => step('sweep').then(() => 0),
    close: () => step('close'),
  }
}

describe('the start with a bucket', () => {
  test('tries the bucket, and then removes leftovers', async () => {
    const storage = storageThat({})
    const warnings: string[] = []
    await tryBucket(storage, SETTINGS, (text) => warnings.push(text))

    expect(storage.steps).toEqual(['check', 'sweep'])
    expect(warnings).toEqual([])
  })

  test('ends with the reason if files cannot be kept there, and shows no answer of the engine', async () => {
    const storage = storageThat({ fails: 'check' })
    const failure = await tryBucket(storage, SETTINGS, () => {}).catch((error: unknown) => error)

    expect(failure).toBeInstanceOf(CommandError)
    expect(failure).toMatchObject({
      exitCode: 1,
      message: 'files cannot be kept in s3://inbox/drop: There is no such bucket.',
    })
    expect(storage.steps).toEqual(['check', 'close'])
  })

  test('goes on with a warning if leftovers cannot be removed', async () => {
    const storage = storageThat({ fails: 'sweep' })
    const warnings: string[] = []
    await tryBucket(storage, SETTINGS, (text) => warnings.push(text))

    expect(warnings).toEqual(['some leftovers of former runs are not removed: There is no such bucket.'])
    expect(storage.steps).toEqual(['check', 'sweep'])
  })
})

describe('the page may show pictures', () => {
  test('of no other origin if downloads go through this server', () => {
    const endpoint = 'https://s3.example'
    expect(downloadOrigins({ kind: 'bucket', bucket: 'inbox', downloads: 'server', endpoint })).toEqual([])
  })

  test.each([
    [{ publicUrl: 'https://cdn.example/files', endpoint: 'https://s3.example' }, ['https://cdn.example']],
    [{ endpoint: 'http://127.0.0.1:7480/s3' }, ['http://127.0.0.1:7480']],
    [{}, ['https://*.amazonaws.com']],
  ])('of the origins to which downloads are redirected: %j', (settings, origins) => {
    expect(downloadOrigins({ kind: 'bucket', bucket: 'inbox', downloads: 'redirect', ...settings })).toEqual(origins)
  })
})
