// The built-in way of every runtime: request.formData(); the file, which is in memory, is written then.
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { fetchListener } from '../server/fetch-listener.ts'
import { runServer } from '../server/run-server.ts'
import { randomPath } from './random-path.ts'

await runServer((folder) =>
  createServer(
    { requestTimeout: 0 },
    fetchListener(async (request) => {
      const form = await request.formData()
      await writeFile(randomPath(folder), Buffer.from(await form.get('file').arrayBuffer()))
      return new Response(null, { status: 201 })
    }),
  ),
)
