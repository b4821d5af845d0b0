// @fastify/busboy on node:http, each file piped to disk, as in its README; the answer waits for the files.
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:http'
import { pipeline } from 'node:stream/promises'
import Busboy from '@fastify/busboy'
import { runServer } from '../server/run-server.ts'
import { LIMITS } from './limits.ts'
import { randomPath } from './random-path.ts'

await runServer((folder) =>
  createServer({ requestTimeout: 0 }, (request, response) => {
    const fail = (error) => response.writeHead(500).end(String(error))
    const written = []
    const form = new Busboy({ headers: request.headers, limits: LIMITS })
    form.on('file', (_, file) => written.push(pipeline(file, createWriteStream(randomPath(folder)))))
    form.on('error', fail)
    form.on('finish', () => {
      Promise.all(written).then(() => response.writeHead(201).end(), fail)
    })
    request.pipe(form)
  }),
)
