import { createAdaptorServer } from '@hono/node-server'
import { Server } from 'node:http'
import { describe, test } from 'vitest'
import { adapterContract } from '../../testing/adapter-contract.ts'
import { listen } from '../node/fixtures/listen.ts'
import { fetchHandler } from './fetch-handler.ts'

describe('a Fetch server', () => {
  const cases = adapterContract(
    (handler) => {
      const server = createAdaptorServer({ fetch: fetchHandler(handler, { drainLimits: DRAIN_LIMITS }) })
      if (!(server instanceof Server)) throw new TypeError('It is not a server of node:http.')
      return listen(server)
    },
    { earlyAnswer: false, delayedContinue: false, absentBody: false },
  )
  for (const { name, run } of cases) test(name, run)
})

const DRAIN_LIMITS = { maxBytes: 100_000_000, maxMs: 10_000, idleMs: 200 }
