/* global Bun, Deno */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fetchHandler } from 'decant/fetch'
import { attach, nodeHandler } from 'decant/node'

const HOST = '127.0.0.1'
const DRAIN_LIMITS = { maxBytes: 100_000_000, maxMs: 10_000, idleMs: 200 }

/** node:http, of Node or in the likeness of it. */
export async function serveNode(handler) {
  const server = attach(createServer(nodeHandler(handler)))
  server.listen(0, HOST)
  await once(server, 'listening')
  return {
    origin: `http://${HOST}:${server.address().port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

export async function serveBun(handler) {
  const server = Bun.serve({
    hostname: HOST,
    port: 0,
    fetch: fetchHandler(handler, { drainLimits: DRAIN_LIMITS }),
  })
  return { origin: `http://${HOST}:${server.port}`, close: () => server.stop(true) }
}

export async function serveDeno(handler) {
  const stop = new AbortController()
  const server = Deno.serve(
    { hostname: HOST, port: 0, signal: stop.signal, onListen() {} },
    fetchHandler(handler, { drainLimits: DRAIN_LIMITS }),
  )
  return {
    origin: `http://${HOST}:${server.addr.port}`,
    async close() {
      stop.abort()
      await server.finished
    },
  }
}

class AppModule {
  isOfTests = true
}

/** NestJS, on one of its platforms. */
async function serveNest(handler, createAdapter) {
  const { NestFactory } = await import('@nestjs/core')
  const { nestDecant } = await import('decant/nest')
  const options = { logger: false, forceCloseConnections: true }
  const app = await NestFactory.create({ module: AppModule }, await createAdapter(), options)
  nestDecant(app, { '/': handler })
  await app.listen(0, HOST)
  return { origin: await app.getUrl(), close: () => app.close() }
}

export async function serveNestExpress(handler) {
  return await serveNest(handler, async () => {
    const { ExpressAdapter } = await import('@nestjs/platform-express')
    return new ExpressAdapter()
  })
}

export async function serveNestFastify(handler) {
  return await serveNest(handler, async () => {
    const { FastifyAdapter } = await import('@nestjs/platform-fastify')
    return new FastifyAdapter()
  })
}
