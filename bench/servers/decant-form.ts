// A typed form on node:http, with a handler.
import { uploadForm } from 'decant/form'
import { filesSet } from '../server/files-set.ts'
import { ownRoute } from '../server/own-route.ts'
import { runServer } from '../server/run-server.ts'

await runServer((folder) => {
  const form = uploadForm({ file: filesSet(folder).one() })
  return ownRoute(async (request) => form.receive(request, () => {}))
})
