import { once } from 'node:events'
import { Readable } from 'node:stream'
import multiparty from 'multiparty'
import { runDecoder } from '../../decode/run-decoder.ts'

await runDecoder(async ({ chunks, boundary }) => {
  let size = 0
  const form = new multiparty.Form({ maxFields: 20_000, maxFieldsSize: 2 ** 30 })
  form.on('part', (part) => part.on('data', (chunk) => (size += chunk.length)))
  const request = Object.assign(Readable.from(chunks), {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  })
  form.parse(request)
  await once(form, 'close')
  return size
})
