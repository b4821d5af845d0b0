import { Readable, Writable } from 'node:stream'
import formidable from 'formidable'
import { runDecoder } from '../../decode/run-decoder.ts'

await runDecoder(async ({ chunks, boundary, size: length }) => {
  let size = 0
  const form = formidable({
    maxFields: 20_000,
    maxFieldsSize: 2 ** 30,
    maxFiles: 20_000,
    fileWriteStreamHandler: () =>
      new Writable({
        write(chunk, _, done) {
          size += chunk.length
          done()
        },
      }),
  })
  const request = Object.assign(Readable.from(chunks), {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(length) },
  })
  const [fields] = await form.parse(request)
  for (const [value] of Object.values(fields)) size += value.length
  return size
})
