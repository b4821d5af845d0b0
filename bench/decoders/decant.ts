import { MultipartDecoder } from 'decant/multipart'
import { runDecoder } from '../decode/run-decoder.ts'

await runDecoder(({ chunks, boundary }) => {
  let size = 0
  const decoder = new MultipartDecoder(
    boundary,
    {
      begin() {},
      bytes(chunk) {
        size += chunk.length
      },
      end() {},
    },
    { maxParts: 20_000 },
  )
  for (const chunk of chunks) decoder.write(chunk)
  decoder.end()
  return size
})
