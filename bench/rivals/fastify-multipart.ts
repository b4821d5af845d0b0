// @fastify/multipart on Fastify, the file piped to disk: its README's first example.
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import multipart from '@fastify/multipart'
import Fastify from 'fastify'
import { runServer } from '../server/run-server.ts'
import { LIMITS } from './limits.ts'
import { randomPath } from './random-path.ts'

await runServer(async (folder) => {
  const app = Fastify()
  app.register(multipart, { limits: LIMITS })
  app.post('/', async (request, reply) => {
    const data = await request.file()
    await pipeline(data.file, createWriteStream(randomPath(folder)))
    reply.code(201).send()
  })
  await app.ready()
  return app.server
})
