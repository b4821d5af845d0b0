import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { UploadError } from '../errors/upload-error.ts'
import { someBytes } from '../receive/fixtures/form-body.ts'
import { temporaryFolders } from '../receive/fixtures/temporary-folders.ts'
import type { CheckedUpload } from './check.ts'
import { diskSet, everyFile, memorySet } from './fixtures/sets.ts'

const newFolder = temporaryFolders()
const BYTES = someBytes(300_000)
const DIGEST = `sha-256=:${createHash('sha256').update(BYTES).digest('base64')}:`

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < BYTES.length; at += 10_007) yield BYTES.subarray(at, at + 10_007)
}

test('a set that takes digests returns and records the digest of each file, also for other processes', async () => {
  const folder = newFolder()
  const set = diskSet(folder, { digest: 'sha-256' })
  expect(await set.save(pieces(), { name: 'a.txt' })).toMatchObject({ digest: DIGEST })
  expect((await diskSet(folder).get('a.txt'))?.digest).toBe(DIGEST)
  expect((await set.list()).files).toMatchObject([{ digest: DIGEST }])
})

test('an empty file has a digest', async () => {
  const stored = await memorySet({ digest: 'sha-256' }).save(new Uint8Array(), { name: 'a.txt' })
  expect(stored.digest).toBe('sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:')
})

test('a set without the option `digest` takes no digest', async () => {
  expect(await memorySet().save(BYTES, { name: 'a.txt' })).not.toHaveProperty('digest')
})

test('another spelling of the digest is a TypeError', () => {
  // @ts-expect-error -- what JavaScript would let through
  expect(() => memorySet({ digest: 'sha256' })).toThrow(TypeError)
})

test('a check gets the digest if the set takes one', async () => {
  const seen: CheckedUpload[] = []
  const checks = [(upload: CheckedUpload) => void seen.push(upload)]
  await memorySet({ digest: 'sha-256', checks }).save(pieces(), { name: 'a.txt' })
  await memorySet({ checks }).save(pieces(), { name: 'a.txt' })
  expect(seen[0]?.digest).toBe(DIGEST)
  expect(seen[1]).not.toHaveProperty('digest')
})

test('a check can refuse a file by its digest', async () => {
  const folder = newFolder()
  const known = ({ digest, filename }: CheckedUpload) => {
    if (digest === DIGEST) throw new UploadError('content-refused', { filename, reason: 'it is known' })
  }
  const set = diskSet(folder, { digest: 'sha-256', checks: [known] })
  await expect(set.save(pieces(), { name: 'a.txt' })).rejects.toMatchObject({ code: 'content-refused' })
  expect(everyFile(folder)).toEqual([])
})
