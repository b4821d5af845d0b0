// A file piped to the client by node:http: what a Node programmer writes who needs no ranges, and no conditions.
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { runServer } from '../server/run-server.ts'

await runServer((folder) =>
  createServer(({ url = '/' }, response) => {
    const path = join(folder, url)
    response.writeHead(200, { 'content-length': statSync(path).size, 'content-type': 'application/octet-stream' })
    createReadStream(path).pipe(response)
  }),
)
