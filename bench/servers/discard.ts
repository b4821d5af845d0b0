// The body read by node:http and thrown away: nothing on Node is faster.
import { createServer } from 'node:http'
import { runServer } from '../server/run-server.ts'

await runServer(() =>
  createServer({ requestTimeout: 0 }, (request, response) => {
    request.on('end', () => response.writeHead(201).end())
    request.resume()
  }),
)
