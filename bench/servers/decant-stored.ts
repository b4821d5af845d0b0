// Decant on node:http, with a hook that makes each upload a transaction.
import { createServer } from 'node:http'
import { attach, nodeHandler } from 'decant/node'
import { decantHandler } from '../server/decant-handler.ts'
import { runServer } from '../server/run-server.ts'

await runServer((folder) => attach(createServer(nodeHandler(decantHandler(folder, { stored: () => {} })))))
