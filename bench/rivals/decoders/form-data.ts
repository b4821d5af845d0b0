import { runDecoder } from '../../decode/run-decoder.ts'

await runDecoder(async ({ chunks, boundary }) => {
  let size = 0
  const response = new Response(ReadableStream.from(chunks), {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  })
  const form = await response.formData()
  for (const value of form.values()) size += typeof value === 'string' ? value.length : value.size
  return size
})
