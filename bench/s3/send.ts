// One upload in a process of its own: `send.ts decant|lib-storage MiB COUNT`. The engine comes as JSON in S3_ACCESS.
// Prints JSON: MiB a second, seconds of CPU, and MiB of memory at the peak and before.
import { readFileSync } from 'node:fs'
import { argv, cpuUsage, env } from 'node:process'
import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { MiB } from '../../src/index.ts'
import { s3Storage } from '../../src/s3.ts'
import { newTimedId } from '../../src/storage/timed-id.ts'

const CHUNK = 64 * 1024
const [, , kind, mib = '256', count = '1'] = argv
const size = Number(mib) * MiB
const { bucket, endpoint, region, credentials } = JSON.parse(env['S3_ACCESS'] ?? '{}')

/** Chunks as a network brings them: each has memory of its own. */
function* chunks(): Generator<Buffer> {
  for (let at = 0; at < size; at += CHUNK) yield Buffer.alloc(CHUNK, at % 251)
}

const storage = s3Storage({ bucket, endpoint, region, credentials })
const client = new S3Client({
  endpoint,
  region,
  credentials,
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
})

async function sendByDecant(): Promise<void> {
  const draft = storage.createDraft()
  const key = `${newTimedId()}/file.bin`
  draft.intend?.(key, undefined)
  for (const chunk of chunks()) await draft.append(chunk)
  await (await draft.seal()).publish(key)
}

async function sendByLibrary(_: unknown, number: number): Promise<void> {
  const Body = Readable.from(chunks(), { objectMode: false })
  await new Upload({ client, params: { Bucket: bucket, Key: `lib-${newTimedId()}-${number}`, Body } }).done()
}

/** A figure of this process in MiB, as the kernel keeps it. */
function memory(figure: 'VmRSS' | 'VmHWM'): number {
  const [, kB = '0'] =
    new RegExp(`^${figure}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Math.round(Number(kB) / 1024)
}

await storage.check()
const before = memory('VmRSS')
const began = performance.now()
const cpu = cpuUsage()
await Promise.all(Array.from({ length: Number(count) }, kind === 'decant' ? sendByDecant : sendByLibrary))
const seconds = (performance.now() - began) / 1000
const { user, system } = cpuUsage(cpu)
console.log(
  JSON.stringify({
    rate: (size * Number(count)) / MiB / seconds,
    cpu: (user + system) / 1e6,
    peak: memory('VmHWM'),
    before,
  }),
)
await storage.close()
client.destroy()
