import fastify from 'fastify'
import { describe, test } from 'vitest'
import { adapterContract } from '../../testing/adapter-contract.ts'
import type { StartAdapter } from '../../testing/adapter-contract/steps.ts'
import { attach } from '../node/attach.ts'
import { fastifyHandler } from './fastify-handler.ts'

const startBy =
  (prepare: (server: ReturnType<typeof fastify>['server']) => unknown): StartAdapter =>
  async (handler) => {
    const app = fastify({ forceCloseConnections: true })
    app.register(fastifyHandler(handler))
    prepare(app.server)
    return { origin: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
  }

describe('Fastify on an attached server', () => {
  for (const { name, run } of adapterContract(startBy(attach))) test(name, run)
})

describe('Fastify on a plain server', () => {
  const cases = adapterContract(
    startBy(() => undefined),
    { delayedContinue: false },
  )
  for (const { name, run } of cases) test(name, run)
})
