// Decant with plain Requests of Fetch, on Node.
import { createServer } from 'node:http'
import { fetchHandler } from 'decant/fetch'
import { attach } from 'decant/node'
import { decantHandler } from '../server/decant-handler.ts'
import { fetchListener } from '../server/fetch-listener.ts'
import { runServer } from '../server/run-server.ts'

await runServer((folder) => attach(createServer(fetchListener(fetchHandler(decantHandler(folder))))))
