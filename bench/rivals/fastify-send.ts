// @fastify/send on node:http, as in its README.
import { createServer } from 'node:http'
import send from '@fastify/send'
import { runServer } from '../server/run-server.ts'

await runServer((folder) =>
  createServer(async (request, response) => {
    const { statusCode, headers, stream } = await send(request, request.url, { root: folder })
    response.writeHead(statusCode, headers)
    stream.pipe(response)
  }),
)
