// A typed form on node:http. Its handler reads the whole file, and stores a small one that is made of it.
import { join } from 'node:path'
import { uploadForm } from 'decant/form'
import { filesSet } from '../server/files-set.ts'
import { ownRoute } from '../server/own-route.ts'
import { runServer } from '../server/run-server.ts'

const THUMBNAIL_SIZE = 1024

await runServer((folder) => {
  const form = uploadForm({ file: filesSet(folder).one() })
  // Beside the private files, so that only the files that were sent are compared.
  const thumbnails = filesSet(join(folder, '.decant', 'thumbnails'))
  return ownRoute(async (request) =>
    form.receive(request, async ({ file }, { bytes, save }) => {
      const small = (await bytes(file)).subarray(0, THUMBNAIL_SIZE)
      await save(thumbnails, small, { filename: file.filename })
    }),
  )
})
