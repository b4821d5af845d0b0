// @remix-run/multipart-parser with a Fetch Request, as in its README; it keeps each file in memory, which is written
//   then.
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { parseMultipartRequest } from '@remix-run/multipart-parser'
import { fetchListener } from '../server/fetch-listener.ts'
import { runServer } from '../server/run-server.ts'
import { REMIX_LIMITS } from './limits.ts'
import { randomPath } from './random-path.ts'

await runServer((folder) =>
  createServer(
    { requestTimeout: 0 },
    fetchListener(async (request) => {
      for await (const part of parseMultipartRequest(request, REMIX_LIMITS)) {
        if (part.isFile) await writeFile(randomPath(folder), part.bytes)
      }
      return new Response(null, { status: 201 })
    }),
  ),
)
