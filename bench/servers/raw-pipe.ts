// The body as it is, piped to a file by node:http: the program of a Node programmer without need of forms and checks.
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { runServer } from '../server/run-server.ts'

let count = 0

await runServer((folder) =>
  createServer({ requestTimeout: 0 }, (request, response) => {
    count += 1
    const file = createWriteStream(join(folder, `${count}.bin`))
    file.on('finish', () => response.writeHead(201).end())
    file.on('error', (error) => response.writeHead(500).end(String(error)))
    request.pipe(file)
  }),
)
