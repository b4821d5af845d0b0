import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { encodeMultipart } from '../multipart/encoder.ts'

const MiB = 1024 ** 2
const PROGRAM = join(import.meta.dirname, 'fixtures', 'parts-process.ts')

test('a reader that is slower than the client needs as much memory for a large file as for a small one', async () => {
  const small = await peakAfter(1 * MiB)
  const large = await peakAfter(500 * MiB)
  expect(large - small).toBeLessThan(100 * MiB)
})

/** The most memory that a new process has had, in bytes, when it has read one file of this size. */
async function peakAfter(size: number): Promise<number> {
  const child = spawn(process.execPath, ['-C', 'source', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const lines = createInterface({ input: child.stdout })
    for await (const port of lines) {
      const outcome: unknown = JSON.parse(await send(Number(port), size))
      expect(outcome).toEqual({ size, peak: expect.any(Number) })
      if (typeof outcome === 'object' && outcome !== null && 'peak' in outcome) return Number(outcome.peak)
    }
    throw new Error('The process ended before it listened')
  } finally {
    child.kill()
  }
}

async function send(port: number, size: number): Promise<string> {
  const content = (async function* () {
    const chunk = new Uint8Array(MiB)
    for (let sent = 0; sent < size; sent += chunk.length) yield chunk
  })()
  const form = encodeMultipart([{ name: 'file', filename: 'file.bin', content }])
  const sent = request({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-type': form.contentType } })
  const answered = new Promise<string>((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (response) => void text(response).then(resolve, reject))
  })
  await pipeline(Readable.from(form.chunks()), sent)
  return answered
}
