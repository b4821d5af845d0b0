// express.static, as in its documentation.
import { createServer } from 'node:http'
import express from 'express'
import { runServer } from '../server/run-server.ts'

await runServer((folder) => {
  const app = express()
  app.use(express.static(folder))
  return createServer(app)
})
