// @fastify/static on Fastify, as in its README.
import fastifyStatic from '@fastify/static'
import Fastify from 'fastify'
import { runServer } from '../server/run-server.ts'

await runServer(async (folder) => {
  const app = Fastify()
  app.register(fastifyStatic, { root: folder })
  await app.ready()
  return app.server
})
