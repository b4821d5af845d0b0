// formidable on node:http, to disk, as in its README.
import { createServer } from 'node:http'
import formidable from 'formidable'
import { runServer } from '../server/run-server.ts'
import { LIMITS } from './limits.ts'

await runServer((folder) =>
  createServer({ requestTimeout: 0 }, async (request, response) => {
    const form = formidable({
      uploadDir: folder,
      maxFileSize: LIMITS.fileSize,
      maxTotalFileSize: LIMITS.fileSize,
      maxFiles: LIMITS.files,
      maxFields: LIMITS.fields,
    })
    try {
      await form.parse(request)
      response.writeHead(201).end()
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  }),
)
