import { createServer } from 'node:http'
import type { Server } from 'node:http'
import express5 from 'express'
import type { Express } from 'express'
import express4 from 'express4'
import { describe, test } from 'vitest'
import type { RequestHandler } from '../../http/outgoing.ts'
import { adapterContract } from '../../testing/adapter-contract.ts'
import { attach } from '../node/attach.ts'
import { listen } from '../node/fixtures/listen.ts'
import { expressHandler } from './express-handler.ts'

describe.each([
  ['5', express5],
  ['4', express4],
])('Express %s', (_, express) => {
  const serverOf = (handler: RequestHandler): Server => createServer(silent(express()).use(expressHandler(handler)))

  describe('on an attached server', () => {
    for (const { name, run } of adapterContract((handler) => listen(attach(serverOf(handler))))) test(name, run)
  })

  describe('on a plain server', () => {
    const cases = adapterContract((handler) => listen(serverOf(handler)), { delayedContinue: false })
    for (const { name, run } of cases) test(name, run)
  })

  describe('under a mount in a mount, by routers', () => {
    const start = (handler: RequestHandler) => {
      const router = express.Router().use('/files', expressHandler(handler))
      const app = silent(express())
        // The contract asks at the root: the rest of the path is put before it here, as a proxy may do.
        .use((request, _response, next) => {
          request.url = `/api/files${request.url}`
          next()
        })
        .use('/api', router)
      return listen(attach(createServer(app)))
    }
    // The mount of the handler is part of the path that it gets: the two promises that compare the path are left out.
    const named = /^hands over method|^keeps a form and a file/
    const cases = adapterContract(start).filter(({ name }) => !named.test(name))
    for (const { name, run } of cases) test(name, run)
  })
})

/** Express logs what it answers with 500, unless it is being tested. */
function silent(app: Express): Express {
  return app.set('env', 'test')
}
