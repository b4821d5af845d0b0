// Decant in Hono, on @hono/node-server.
import { createAdaptorServer } from '@hono/node-server'
import { honoHandler } from 'decant/hono'
import { Hono } from 'hono'
import { decantHandler } from '../server/decant-handler.ts'
import { runServer } from '../server/run-server.ts'

await runServer((folder) => {
  const app = new Hono()
  app.all('/*', honoHandler(decantHandler(folder)))
  return createAdaptorServer({ fetch: app.fetch, serverOptions: { requestTimeout: 0 } })
})
