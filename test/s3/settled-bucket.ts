import { basename } from 'node:path'
import { openS3Storage } from '../../src/storage/s3/s3-storage.ts'
import type { StorageEntry } from '../../src/storage.ts'
import { bytesOfName } from '../endurance/seeded-file.ts'
import { recoverFrom, rowsIn } from '../transactions/rows.ts'
import { FILES, POSTS } from './s3-server.ts'
import type { S3Uploader } from './s3-uploader.ts'
import type { TestBucket } from './test-bucket.ts'

/** A sweep removes everything without an owner once it is a week old. */
const SKEW_MS = 8 * 24 * 60 * 60 * 1000

/** A file that readers see. */
export interface VisibleFile {
  /** `<prefix>/<key>`. */
  readonly object: string
  /** The key in a row. Absent for a file that needs none. */
  readonly rowKey?: string
  /** The client's name for it, which no other file has. */
  readonly filename: string
}

/** Sweeps the storages of an `s3-server` as if a week had passed, and resolves to the files that are there then. */
export async function settle({ name, engine }: TestBucket, rows: string): Promise<readonly VisibleFile[]> {
  const { endpoint, region, credentials } = engine
  const files: VisibleFile[] = []
  for (const prefix of [FILES, POSTS]) {
    const recover = prefix === POSTS ? recoverFrom(rows) : undefined
    const options = { bucket: name, prefix, endpoint, region, credentials, recover }
    const storage = openS3Storage(options, { skewMs: SKEW_MS })
    await storage.sweep()
    let cursor: string | undefined
    do {
      const page = await storage.list(cursor === undefined ? {} : { cursor })
      files.push(...page.entries.map((entry) => toVisible(prefix, entry)))
      cursor = page.next
    } while (cursor !== undefined)
    // If a kill came before the facts about the engine were known: the next one is to meet uploads.
    await storage.check()
    await storage.close()
  }
  return files
}

function toVisible(prefix: string, { key, record }: StorageEntry): VisibleFile {
  const filename = record?.filename ?? basename(key)
  return { object: `${prefix}/${key}`, filename, ...(prefix === POSTS && { rowKey: key }) }
}

/** The facts about the engine, which processes find out once for each bucket. */
export const ENGINE_FACTS: ReadonlySet<string> = new Set([FILES, POSTS].map((prefix) => `${prefix}/.decant/engine`))

/** Everything in a bucket but files and the facts about the engine. */
export async function leftIn(bucket: TestBucket, files: readonly VisibleFile[] = []): Promise<readonly string[]> {
  const known = new Set([...files.map(({ object }) => object), ...ENGINE_FACTS])
  const objects = (await bucket.objects()).map(({ key }) => key)
  const uploads = (await bucket.uploads()).map(({ key }) => `an upload to ${key}`)
  return [...objects.filter((key) => !known.has(key)), ...uploads]
}

/** The promises that were not kept, each in a sentence. `files` is what `settle` has found. */
export async function faultsOf(
  bucket: TestBucket,
  rows: string,
  files: readonly VisibleFile[],
  clients: readonly S3Uploader[],
): Promise<readonly string[]> {
  const faults = (await leftIn(bucket, files)).map((name) => `${name} is left`)
  const names = new Map(files.map(({ object, filename }) => [object, filename]))
  const there = new Set(names.values())
  for (const { promised, sent, stored } of clients) {
    const lost = promised.flat().filter((name) => !there.has(name))
    faults.push(...lost.map((name) => `${name} was acknowledged and is lost`))
    const misnamed = stored.filter(({ key, filename }) => names.get(`${FILES}/${key}`) !== filename)
    faults.push(...misnamed.map(({ key }) => `${key} is not the file that was acknowledged`))
    for (const request of sent) {
      const count = request.filter((name) => there.has(name)).length
      if (count > 0 && count < request.length) faults.push(`of a form of ${request.length} files ${count} are there`)
    }
  }
  return [...faults, ...rowFaults(rows, files), ...(await contentFaults(bucket, files))]
}

/** A row without its files, or a file without its row. */
function rowFaults(table: string, files: readonly VisibleFile[]): readonly string[] {
  const rows = new Set(rowsIn(table).flat())
  const keys = new Set(files.flatMap(({ rowKey }) => rowKey ?? []))
  return [
    ...[...rows].filter((key) => !keys.has(key)).map((key) => `${key} is in a row and not there`),
    ...[...keys].filter((key) => !rows.has(key)).map((key) => `${key} is there and in no row`),
  ]
}

/** Visible files that have not the bytes which were sent, also after garbage is collected. */
async function contentFaults(bucket: TestBucket, files: readonly VisibleFile[]): Promise<readonly string[]> {
  for (const { object, filename } of files) bucket.acknowledge(object, bytesOfName(filename) ?? 'a file of no client')
  return bucket.verify().then(
    () => [],
    (error: unknown) => [String(error)],
  )
}
