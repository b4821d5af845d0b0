// `receive` in a route of one's own on node:http; the set keeps the file.
import { receive } from 'decant'
import { filesSet } from '../server/files-set.ts'
import { MOST_FILE_SIZE } from '../server/most-file-size.ts'
import { ownRoute } from '../server/own-route.ts'
import { runServer } from '../server/run-server.ts'

await runServer((folder) => {
  const set = filesSet(folder)
  return ownRoute(async (request) => {
    const upload = await receive(request, { maxFileSize: MOST_FILE_SIZE, maxBodySize: Infinity })
    try {
      for (const [, file] of upload.files) await set.save(file)
    } finally {
      await upload.dispose()
    }
  })
})
