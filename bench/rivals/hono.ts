// Hono's parseBody on @hono/node-server; the file, which is in memory, is written then.
import { writeFile } from 'node:fs/promises'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { runServer } from '../server/run-server.ts'
import { randomPath } from './random-path.ts'

await runServer((folder) => {
  const app = new Hono()
  app.post('/', async (context) => {
    const body = await context.req.parseBody()
    const { file } = body
    await writeFile(randomPath(folder), Buffer.from(await file.arrayBuffer()))
    return context.body(null, 201)
  })
  return createAdaptorServer({ fetch: app.fetch, serverOptions: { requestTimeout: 0 } })
})
