import { once } from 'node:events'
import { createServer, Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { attach } from 'decant/node'
import { adapterContract, storageContract } from 'decant/testing'
import type { AdapterServer, ContractCase } from 'decant/testing'
import { mapStorage } from './map-storage.ts'
import { middlewareOf } from './middleware-adapter.ts'
import { routeOf } from './route-adapter.ts'

// Runs the public contracts on what a stranger has written, and prints how many promises each keeps.
// `test/package.test.ts` runs it beside the installed package.

const PLAIN_FETCH = { earlyAnswer: false, delayedContinue: false, absentBody: false }
// Short, since a Fetch server answers a client that stalls only after this silence.
const DRAIN_LIMITS = { maxBytes: 100_000_000, maxMs: 30_000, idleMs: 2_000 }

const suites: Readonly<Record<string, readonly ContractCase[]>> = {
  storage: storageContract(mapStorage, { transactions: false, keeping: false, adopting: false }),
  middleware: adapterContract(async (handler) => await listen(attach(createServer(middlewareOf(handler))))),
  route: adapterContract(async (handler) => {
    const server = createAdaptorServer({ fetch: routeOf(handler, DRAIN_LIMITS) })
    if (!(server instanceof Server)) throw new TypeError('It is not a server of node:http.')
    return await listen(server)
  }, PLAIN_FETCH),
}

for (const [suite, cases] of Object.entries(suites)) {
  let kept = 0
  for (const { name, run } of cases) {
    try {
      await run()
      kept++
    } catch (error) {
      // A broken promise, or a failure on the way to it: the report names both.
      console.error(`${suite} ${name}:`, error)
    }
  }
  console.log(`${suite} keeps ${kept} of ${cases.length} promises`)
}

/** Starts a server on a free port of the loopback; `close` ends its connections too. */
async function listen(server: Server): Promise<AdapterServer> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
