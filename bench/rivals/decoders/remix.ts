import { parseMultipart } from '@remix-run/multipart-parser'
import { runDecoder } from '../../decode/run-decoder.ts'

await runDecoder(({ chunks, boundary }) => {
  let size = 0
  const limits = { maxFileSize: 2 ** 30, maxParts: 20_000, maxTotalSize: 2 ** 30 }
  for (const part of parseMultipart(chunks, { boundary, ...limits })) {
    // It reads the header of a part only when asked.
    if (part.name === undefined) throw new Error('A part without a name')
    size += part.size
  }
  return size
})
