import { randomUUID } from 'node:crypto'
import type { ObjectNames } from './object-names.ts'
import { abortUpload, createUpload, uploadPart } from './multipart-upload.ts'
import { textBody, WRITER } from './s3-bucket.ts'
import type { ObjectHead, S3Bucket } from './s3-bucket.ts'

/** Writers that race for one object, and rounds of the race. One request alone can look right by luck. */
const RACERS = 8
const ROUNDS = 3

/** What an engine can do. It is remembered in the bucket. */
export interface Abilities {
  readonly version: 1
  /** Refuses to overwrite in PUT with `If-None-Match: *`. */
  readonly conditionalPut: boolean
}

/**
 * Makes sure that the bucket can be used. The first process finds out by races, and the others read what it has found.
 * Rejects with the engine's error, or with an Error that tells what the engine lacks.
 */
export async function checkEngine(bucket: S3Bucket, names: ObjectNames): Promise<void> {
  const abilities = parse(await bucket.text(names.abilities)) ?? (await probe(bucket, names))
  if (abilities.conditionalPut) return
  throw new Error(
    'The storage engine overwrites objects although a request says If-None-Match: *. ' +
      'Decant needs that for transactions, so it cannot use this engine safely. See docs/s3.md for engines that work.',
  )
}

/** Tries everything that Decant does with a bucket, so that a permission that is missing is told now. */
async function probe(bucket: S3Bucket, names: ObjectNames): Promise<Abilities> {
  const folder = `${names.probes}${randomUUID()}/`
  const upload = { name: `${folder}upload`, uploadId: await createUpload(bucket, `${folder}upload`, newHead()) }
  await uploadPart(bucket, upload, 1, textBody('part'))
  await abortUpload(bucket, upload)
  let conditionalPut = true
  for (let round = 0; round < ROUNDS && conditionalPut; round++) {
    conditionalPut = (await race(bucket, `${folder}${round}`)) === 1
  }
  const { objects } = await bucket.list({ prefix: folder })
  await bucket.deleteAll(objects.map(({ name }) => name))
  const abilities: Abilities = { version: 1, conditionalPut }
  await bucket.put(names.abilities, textBody(JSON.stringify(abilities)), { metadata: {} })
  return abilities
}

/** The number of writers that have made the object, by their own account. */
async function race(bucket: S3Bucket, name: string): Promise<number> {
  const racers = Array.from({ length: RACERS }, () => bucket.putNew(name, textBody(randomUUID()), newHead()))
  return (await Promise.all(racers)).filter((hasWon) => hasWon).length
}

function newHead(): ObjectHead {
  return { metadata: { [WRITER]: randomUUID() } }
}

/** `undefined` for a text that this version has not written. */
function parse(text: string | undefined): Abilities | undefined {
  if (text === undefined) return undefined
  let abilities: unknown
  try {
    abilities = JSON.parse(text)
  } catch {
    // SyntaxError: another program has written it.
    return undefined
  }
  return isAbilities(abilities) ? abilities : undefined
}

function isAbilities(value: unknown): value is Abilities {
  if (typeof value !== 'object' || value === null) return false
  return 'version' in value && value.version === 1 && 'conditionalPut' in value && value.conditionalPut === true
}
