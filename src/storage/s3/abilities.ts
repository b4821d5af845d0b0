import { randomUUID } from 'node:crypto'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { abortUpload, completeUpload, createUpload, uploadPart } from './multipart-upload.ts'
import type { ObjectNames } from './object-names.ts'
import { textBody, WRITER } from './s3-bucket.ts'
import type { Abilities, ObjectHead, S3Bucket } from './s3-bucket.ts'
import { isLost, isRefused } from './s3-error.ts'
import { lastChange, listUploads } from './uploads.ts'

/** Requests that race for one object, and rounds of the race. One request alone can look right by luck. */
const RACERS = 8
const ROUNDS = 3

/** The abilities as they are remembered in the bucket. */
interface Remembered extends Abilities {
  readonly version: 1
  /** The engine that has them. A bucket may be copied to another one, with this object. */
  readonly engine: string
  /** Whether it refuses to overwrite in PUT with `If-None-Match: *`. */
  readonly conditionalPut: boolean
}

/**
 * Makes sure that the bucket can be used, and finds out the abilities of its engine. The first process does it by
 * races, and the others read what it has found. Rejects with the engine's error, or with an Error that tells what the
 * engine lacks.
 */
export async function checkEngine(bucket: S3Bucket, names: ObjectNames): Promise<Abilities> {
  const engine = await bucket.host()
  const remembered = parse(await bucket.text(names.abilities))
  if (remembered?.engine === engine) return remembered
  const folder = `${names.probes}${randomUUID()}/`
  let found: Remembered
  try {
    await tryUpload(bucket, `${folder}upload`)
    found = {
      version: 1,
      engine,
      conditionalPut: await hasOneWinner(`${folder}put-`, (name) => bucket.putNew(name, textBody('put'), newHead())),
      conditionalComplete: await hasOneWinner(`${folder}complete-`, (name) => raceToComplete(bucket, name)),
      conditionalCopy: await canRaceToCopy(bucket, folder),
      checksums: await comparesChecksums(bucket, folder),
    }
  } catch (error) {
    // The bucket cannot be used. If the probes cannot be removed either, a sweep does it.
    await removeProbes(bucket, folder).catch(() => {})
    throw error
  }
  await removeProbes(bucket, folder)
  if (!found.conditionalPut) throw new Error(OVERWRITES)
  await bucket.put(names.abilities, textBody(JSON.stringify(found)), { metadata: {} })
  return found
}

const OVERWRITES =
  'The storage engine overwrites objects although a request says If-None-Match: *. Decant needs that for ' +
  'transactions, so it cannot use this engine safely. See docs/s3-engines.md for engines that work.'

/** Writes an object and deletes it: the abilities may be remembered of other credentials. */
export async function tryToWrite(bucket: S3Bucket, names: ObjectNames): Promise<void> {
  const name = names.probes + randomUUID()
  await bucket.put(name, textBody('probe'), newHead())
  await bucket.delete(name)
}

/** Does with a bucket what large files need, so that a permission that is missing is told now. */
async function tryUpload(bucket: S3Bucket, name: string): Promise<void> {
  const upload = { name, uploadId: await createUpload(bucket, name, newHead()) }
  await uploadPart(bucket, upload, 1, textBody('part'))
  // Sweeps look for uploads that were left, and for their parts.
  await lastChange(bucket, upload)
  for await (const listed of listUploads(bucket, name)) if (listed.uploadId === upload.uploadId) break
  await abortUpload(bucket, upload)
}

/** True if one of several writers gets the object, by their own account, in each round. */
async function hasOneWinner(prefix: string, write: (name: string) => Promise<boolean>): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round++) {
    const racers = Array.from({ length: RACERS }, () => write(prefix + round))
    if ((await Promise.all(racers)).filter((hasWon) => hasWon).length !== 1) return false
  }
  return true
}

async function raceToComplete(bucket: S3Bucket, name: string): Promise<boolean> {
  const head = newHead()
  const upload = { name, uploadId: await createUpload(bucket, name, head) }
  const parts = [await uploadPart(bucket, upload, 1, textBody('part'))]
  try {
    await completeUpload(bucket, { ...upload, parts }, head.metadata[WRITER] ?? '', '*')
    return true
  } catch (error) {
    if (!isRefused(error)) throw error
    // This upload has lost for good, so that nothing completes it at the same time.
    await abortUpload(bucket, upload)
    return false
  }
}

async function canRaceToCopy(bucket: S3Bucket, folder: string): Promise<boolean> {
  const source = `${folder}source`
  await bucket.put(source, textBody('copy'), newHead())
  return hasOneWinner(`${folder}copy-`, async (name) => {
    try {
      return await bucket.copy(source, name, newHead(), '*')
    } catch (error) {
      if (isLost(error) || isRefused(error)) return false
      throw error
    }
  })
}

/** True if a wrong checksum is refused, and a right one is not. */
async function comparesChecksums(bucket: S3Bucket, folder: string): Promise<boolean> {
  const put = async (checksum: string): Promise<boolean> => {
    try {
      const probe = { Bucket: bucket.name, Key: `${folder}checksum`, Body: 'hello', ChecksumCRC32: checksum }
      await bucket.client.send(new PutObjectCommand(probe))
      return true
    } catch (error) {
      if (isRefused(error)) return false
      throw error
    }
  }
  return (await put('NhCmhg==')) && !(await put('AAAAAA=='))
}

async function removeProbes(bucket: S3Bucket, folder: string): Promise<void> {
  const { objects } = await bucket.list({ prefix: folder })
  await bucket.deleteAll(objects.map(({ name }) => name))
}

function newHead(): ObjectHead {
  return { metadata: { [WRITER]: randomUUID() } }
}

/** `undefined` for a text that this version has not written. */
function parse(text: string | undefined): Remembered | undefined {
  if (text === undefined) return undefined
  let abilities: unknown
  try {
    abilities = JSON.parse(text)
  } catch {
    // SyntaxError: another program has written it.
    return undefined
  }
  return isRemembered(abilities) ? abilities : undefined
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false
  if (!('version' in value) || value.version !== 1) return false
  if (!('engine' in value) || typeof value.engine !== 'string') return false
  return (
    'conditionalPut' in value && 'conditionalComplete' in value && 'conditionalCopy' in value && 'checksums' in value
  )
}
