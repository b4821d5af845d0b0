import { readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { encodeMultipart } from '../../src/multipart.ts'
import { serve, temporaryFolder } from './decant-process.ts'

const MiB = 1024 ** 2

test.runIf(process.platform === 'linux')(
  'the server needs as much memory for a large file as for a small one',
  async () => {
    const small = await peakAfter(1 * MiB)
    const large = await peakAfter(512 * MiB)
    // Without collecting the chunks it is about 1.9.
    expect(large / small).toBeLessThan(1.35)
  },
)

/** The most memory that a new server has had, in bytes, when it has taken one file of this size. */
async function peakAfter(size: number): Promise<number> {
  using folder = temporaryFolder()
  await using decant = await serve(folder.path)
  await upload(decant.port, size)
  expect(statSync(join(folder.path, 'file.bin')).size).toBe(size)
  const [, peak = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${decant.child.pid}/status`, 'utf8')) ?? []
  return Number(peak) * 1024
}

async function upload(port: number, size: number): Promise<void> {
  const content = (async function* () {
    const chunk = new Uint8Array(MiB)
    for (let sent = 0; sent < size; sent += chunk.length) yield chunk
  })()
  const form = encodeMultipart([
    { name: 'file', filename: 'file.bin', contentType: 'application/octet-stream', content },
  ])
  const sent = request({ port, host: '127.0.0.1', path: '/uploads', method: 'POST' })
  sent.setHeader('content-type', form.contentType)
  const answered = new Promise<string>((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (response) => void text(response).then(resolve, reject))
  })
  await pipeline(Readable.from(form.chunks()), sent)
  expect(JSON.parse(await answered)).toMatchObject({ files: [{ key: 'file.bin', size }] })
}
