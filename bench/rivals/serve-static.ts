// serve-static on node:http, as in its README.
import { createServer } from 'node:http'
import serveStatic from 'serve-static'
import { runServer } from '../server/run-server.ts'

await runServer((folder) => {
  const serve = serveStatic(folder, { index: false })
  return createServer((request, response) => {
    serve(request, response, () => response.writeHead(404).end())
  })
})
