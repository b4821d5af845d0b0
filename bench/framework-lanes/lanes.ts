import { serve } from '@hono/node-server'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { expressHandler } from 'decant/express'
import { fastifyHandler } from 'decant/fastify'
import { honoHandler } from 'decant/hono'
import { koaHandler } from 'decant/koa'
import { nestDecant } from 'decant/nest'
import { attach, nodeHandler } from 'decant/node'
import type { RequestHandler } from 'decant/handler'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import mount from 'koa-mount'
import { createServer } from 'node:http'

const LOCAL = { port: 0, host: '127.0.0.1' }

/** How each framework serves a handler below `/files`, on a port that it tells. */
export const LANES: Readonly<Record<string, (handler: RequestHandler, told: (port: number) => void) => unknown>> = {
  'node:http': (handler, told) => listen(createServer(nodeHandler(handler)), told),
  express: (handler, told) => listen(createServer(express().use('/files', expressHandler(handler))), told),
  async fastify(handler, told) {
    const app = fastify()
    app.register(fastifyHandler(handler), { prefix: '/files' })
    attach(app.server)
    told(Number(new URL(await app.listen(LOCAL)).port))
  },
  koa(handler, told) {
    const callback = new Koa().use(mount('/files', koaHandler(handler))).callback()
    listen(
      createServer((request, response) => void callback(request, response)),
      told,
    )
  },
  hono(handler, told) {
    const app = new Hono().all('/files/*', honoHandler(handler))
    const server = serve({ fetch: app.fetch, port: 0, hostname: LOCAL.host }, ({ port }) => told(port))
    if ('requestTimeout' in server) attach(server)
  },
  'nest-express': async (handler, told) => await startNest(handler, told),
  'nest-fastify': async (handler, told) => await startNest(handler, told, new FastifyAdapter()),
}

class AppModule {
  readonly isMeasured = true
}

async function startNest(
  handler: RequestHandler,
  told: (port: number) => void,
  adapter?: FastifyAdapter,
): Promise<void> {
  const options = { logger: false } as const
  const root = { module: AppModule }
  const app =
    adapter === undefined ? await NestFactory.create(root, options) : await NestFactory.create(root, adapter, options)
  nestDecant(app, { '/files': handler })
  await app.listen(0, LOCAL.host)
  told(Number(new URL(await app.getUrl()).port))
}

function listen(server: ReturnType<typeof createServer>, told: (port: number) => void): void {
  attach(server).listen(LOCAL, () => {
    const address = server.address()
    told(typeof address === 'object' && address !== null ? address.port : Number.NaN)
  })
}
