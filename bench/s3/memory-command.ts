// npm run bench:s3-memory [-- --clients 32] [--size 64]
//
// So many clients upload a file of `size` MiB each at once, to a server whose files lie in a bucket. Prints the peak of
// the server's memory. It uses the engine of the tests of S3. At the end, garbage is collected and every byte is read
// again.
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { MiB } from '../../src/index.ts'
import { readAnswer } from '../../test/cli/client.ts'
import { positiveNumber } from '../../test/endurance/positive-number.ts'
import { S3Engine } from '../../test/s3/s3-engine.ts'
import { FILES, startS3Server } from '../../test/s3/s3-server.ts'
import type { S3Server } from '../../test/s3/s3-server.ts'
import { startEngine } from '../../test/s3/start-engine.ts'
import { TestBucket } from '../../test/s3/test-bucket.ts'

const { values } = parseArgs({
  args: argv.slice(2),
  options: { clients: { type: 'string', default: '32' }, size: { type: 'string', default: '64' } },
})
const clients = positiveNumber('clients', values.clients)
const size = positiveNumber('size', values.size) * MiB
const CHUNK = 256 * 1024

/** Bytes that no other file has, in chunks. */
function* keystream(): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16))
  const zeros = Buffer.alloc(CHUNK)
  for (let left = size; left > 0; left -= CHUNK) yield cipher.update(zeros.subarray(0, Math.min(CHUNK, left)))
}

/** Resolves to the object and its SHA-256. */
async function upload(port: number, name: string): Promise<readonly [object: string, sha256: string]> {
  const headers = { 'content-disposition': `attachment; filename="${name}"`, 'content-length': size }
  const sent = request({ host: '127.0.0.1', port, agent: false, method: 'POST', path: '/files', headers })
  const answer = readAnswer(sent)
  const hash = createHash('sha256')
  const hashed = Readable.from(keystream()).on('data', (chunk: Buffer) => hash.update(chunk))
  await pipeline(hashed, sent)
  const { status, text } = await answer
  if (status !== 201) throw new Error(`An answer is ${status}: ${text}`)
  const { files }: { files: { key: string }[] } = JSON.parse(text)
  return [`${FILES}/${files[0]?.key}`, hash.digest('hex')]
}

/** A figure of the process in MiB, as the kernel keeps it. */
function memory({ child }: S3Server, figure: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  const [, kB = ''] = new RegExp(`^${figure}:\\s+(\\d+) kB$`, 'm').exec(status) ?? []
  return Math.round(Number(kB) / 1024)
}

const rows = mkdtempSync(join(tmpdir(), 'decant-rows-'))
try {
  await using started = await startEngine()
  await TestBucket.use(new S3Engine(started.access), async (bucket) => {
    await using server = await startS3Server(bucket, rows)
    // The first upload to a bucket loads modules, and finds out the abilities of the engine.
    const [first, sha256] = await upload(server.port, 'first.bin')
    bucket.acknowledge(first, sha256)
    const before = memory(server, 'VmRSS')
    const began = performance.now()
    const names = Array.from({ length: clients }, (_, index) => `client-${index}.bin`)
    for (const stored of await Promise.all(names.map((name) => upload(server.port, name))))
      bucket.acknowledge(...stored)
    const seconds = (performance.now() - began) / 1000
    console.table({
      clients,
      'MiB of each file': size / MiB,
      'MiB of memory before': before,
      'MiB of memory at the peak': memory(server, 'VmHWM'),
      'MiB a second': Math.round((clients * size) / MiB / seconds),
    })
  })
  console.log('Every byte was read again.')
} finally {
  rmSync(rows, { recursive: true, force: true })
}
