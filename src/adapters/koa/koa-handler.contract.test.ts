import { createServer } from 'node:http'
import type { Server } from 'node:http'
import Koa from 'koa'
import mount from 'koa-mount'
import { describe, test } from 'vitest'
import type { RequestHandler } from '../../http/outgoing.ts'
import { adapterContract } from '../../testing/adapter-contract.ts'
import { attach } from '../node/attach.ts'
import { listen } from '../node/fixtures/listen.ts'
import { koaHandler } from './koa-handler.ts'

function serverOf(app: Koa): Server {
  // Else it logs what the promises make their handlers throw.
  app.silent = true
  const callback = app.callback()
  return createServer((request, response) => void callback(request, response))
}

describe('Koa on an attached server', () => {
  const start = (handler: RequestHandler) => listen(attach(serverOf(new Koa().use(koaHandler(handler)))))
  for (const { name, run } of adapterContract(start)) test(name, run)
})

describe('Koa on a plain server', () => {
  const cases = adapterContract((handler) => listen(serverOf(new Koa().use(koaHandler(handler)))), {
    delayedContinue: false,
  })
  for (const { name, run } of cases) test(name, run)
})

describe('Koa under a mount in a mount', () => {
  const start = (handler: RequestHandler) => {
    const app = new Koa()
    // The contract asks at the root: the rest of the path is put before it here, as a proxy may do.
    app.use(async (context, next) => {
      context.url = context.originalUrl = `/api/files${context.url}`
      await next()
    })
    app.use(mount('/api', mount('/files', koaHandler(handler))))
    return listen(attach(serverOf(app)))
  }
  // The mount of the handler is part of the path that it gets: the two promises that compare the path are left out.
  const named = /^hands over method|^keeps a form and a file/
  const cases = adapterContract(start).filter(({ name }) => !named.test(name))
  for (const { name, run } of cases) test(name, run)
})
