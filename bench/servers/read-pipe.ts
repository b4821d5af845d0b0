// A file piped to the client by node:http: the program of a Node programmer without need of ranges and conditions.
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
