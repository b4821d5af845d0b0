import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { Server } from 'node:http'
import { describe, test } from 'vitest'
import type { RequestHandler } from '../../http/outgoing.ts'
import { adapterContract } from '../../testing/adapter-contract.ts'
import type { AdapterServer } from '../../testing/adapter-contract/steps.ts'
import { attach } from '../node/attach.ts'
import { listen } from '../node/fixtures/listen.ts'
import { honoHandler } from './hono-handler.ts'

describe('Hono on an attached server of Node', () => {
  for (const { name, run } of adapterContract((handler) => listen(attach(serverOf(appOf(handler)))))) test(name, run)
})

describe('Hono on a plain server of Node', () => {
  const cases = adapterContract((handler) => listen(serverOf(appOf(handler))), { delayedContinue: false })
  for (const { name, run } of cases) test(name, run)
})

describe('Hono on a runtime that speaks Fetch alone', () => {
  const start = (handler: RequestHandler): Promise<AdapterServer> => {
    const app = appOf(handler, { drainLimits: { maxBytes: 100_000_000, maxMs: 10_000, idleMs: 200 } })
    // Without the environment that its adapter to Node passes: as on Bun, Deno and workers.
    return listen(serverOf({ fetch: (request) => app.fetch(request) }))
  }
  const cases = adapterContract(start, { earlyAnswer: false, delayedContinue: false, absentBody: false })
  for (const { name, run } of cases) test(name, run)
})

function appOf(handler: RequestHandler, options: Parameters<typeof honoHandler>[1] = {}): Hono {
  const app = new Hono().use(honoHandler(handler, options))
  // The errors of this test are thrown on purpose.
  return app.onError((_, context) => context.text('It failed.', 500))
}

function serverOf({ fetch }: { fetch: (request: Request, env?: object) => Response | Promise<Response> }): Server {
  const server = createAdaptorServer({ fetch })
  if (server instanceof Server) return server
  throw new TypeError('It is not a server of node:http.')
}
