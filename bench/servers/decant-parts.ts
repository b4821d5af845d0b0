// `parts` in a route of one's own on node:http; the set keeps the file.
import { parts } from 'decant'
import { filesSet } from '../server/files-set.ts'
import { MOST_FILE_SIZE } from '../server/most-file-size.ts'
import { ownRoute } from '../server/own-route.ts'
import { runServer } from '../server/run-server.ts'

await runServer((folder) => {
  const set = filesSet(folder)
  return ownRoute(async (request) => {
    for await (const part of parts(request, { maxFileSize: MOST_FILE_SIZE, maxBodySize: Infinity })) {
      if (part.kind === 'file' && part.name !== '') await set.save(part)
    }
  })
})
