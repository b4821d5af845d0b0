import { once } from 'node:events'
import { Readable } from 'node:stream'
import Busboy from '@fastify/busboy'
import { runDecoder } from '../../decode/run-decoder.ts'
import { BOUNDLESS } from '../limits.ts'

await runDecoder(async ({ chunks, boundary }) => {
  let size = 0
  const form = new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    limits: BOUNDLESS,
  })
  form.on('file', (_, file) => file.on('data', (chunk) => (size += chunk.length)))
  form.on('field', (_, value) => (size += value.length))
  Readable.from(chunks).pipe(form)
  await once(form, 'finish')
  return size
})
