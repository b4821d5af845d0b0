// @remix-run/multipart-parser on node:http, as in its README; it keeps each file in memory, which is written then.
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { parseMultipartRequest } from '@remix-run/multipart-parser/node'
import { runServer } from '../server/run-server.ts'
import { REMIX_LIMITS } from './limits.ts'
import { randomPath } from './random-path.ts'

await runServer((folder) =>
  createServer({ requestTimeout: 0 }, async (request, response) => {
    try {
      for await (const part of parseMultipartRequest(request, REMIX_LIMITS)) {
        if (part.isFile) await writeFile(randomPath(folder), part.bytes)
      }
      response.writeHead(201).end()
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  }),
)
