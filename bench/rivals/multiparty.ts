// multiparty on node:http, to disk, as in its README.
import { createServer } from 'node:http'
import multiparty from 'multiparty'
import { runServer } from '../server/run-server.ts'
import { LIMITS } from './limits.ts'

await runServer((folder) =>
  createServer({ requestTimeout: 0 }, (request, response) => {
    const form = new multiparty.Form({
      uploadDir: folder,
      maxFilesSize: LIMITS.fileSize,
      maxFields: LIMITS.fields,
    })
    form.parse(request, (error) => {
      if (error) response.writeHead(500).end(String(error))
      else response.writeHead(201).end()
    })
  }),
)
