import type { Context as KoaContext } from 'koa'
import Koa from 'koa'
import express from 'express'
import type { Request as ExpressRequest } from 'express'
import fastify from 'fastify'
import type { FastifyRequest } from 'fastify'
import { Hono } from 'hono'
import type { Context as HonoContext } from 'hono'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import { describe, expectTypeOf, test } from 'vitest'
import { uploadHandler } from '../handler/upload-handler.ts'
import type { UploadHandler } from '../handler/upload-handler.ts'
import { folderOf } from '../policy/folder-of.ts'
import type { UploadSet } from '../policy/upload-set.ts'
import { expressHandler } from './express/express-handler.ts'
import { fastifyHandler } from './fastify/fastify-handler.ts'
import { fetchHandler } from './fetch/fetch-handler.ts'
import { honoHandler } from './hono/hono-handler.ts'
import { koaHandler } from './koa/koa-handler.ts'
import { nestDecant } from './nest/nest-decant.ts'
import type { NestApplication } from './nest/nest-application.ts'
import { nextHandlers } from './next/next-handlers.ts'
import { nodeHandler } from './node/node-handler.ts'

declare const set: UploadSet
declare const nest: NestApplication

/** A request to which middleware of the application has added its user. */
interface WithUser {
  readonly user: { readonly id: number }
}

interface Env {
  Variables: WithUser
}

describe('the request of a hook', () => {
  test('is that of Express, with what its middleware has added', () => {
    const handler = uploadHandler(set, {
      context: (request: ExpressRequest & WithUser) => ({ id: request.user.id, path: request.originalUrl }),
      scope: ({ context, request }) => {
        expectTypeOf(request).toEqualTypeOf<ExpressRequest & WithUser>()
        expectTypeOf(context).toEqualTypeOf<{ id: number; path: string }>()
        return folderOf(context.id)
      },
      stored: (files, { context }) => [files.length, context.id],
    })
    expectTypeOf(handler).toEqualTypeOf<UploadHandler<ExpressRequest & WithUser>>()
    expectTypeOf(expressHandler(handler)).parameter(0).toEqualTypeOf<ExpressRequest & WithUser>()
    const plain = uploadHandler(set, { context: async (request: ExpressRequest) => request.get('x-user') })
    express().use('/files', expressHandler(plain))
    nestDecant(nest, { '/files': plain })
  })

  test('is that of Fastify', () => {
    const handler = uploadHandler(set, { context: (request: FastifyRequest) => request.log })
    void fastify().register(fastifyHandler(handler), { prefix: '/files' })
    nestDecant(nest, { '/files': handler })
  })

  test('is the context of Koa', () => {
    const handler = uploadHandler(set, { context: (context: KoaContext) => context.cookies.get('session') })
    new Koa().use(koaHandler(handler))
  })

  test('is the context of Hono, with its variables', () => {
    const handler = uploadHandler(set, {
      context: (context: HonoContext<Env>) => context.get('user'),
      authorize: ({ context }) => {
        expectTypeOf(context).toEqualTypeOf<{ readonly id: number }>()
        return context.id > 0
      },
    })
    new Hono<Env>().all('/files/*', honoHandler(handler))
  })

  test('is that of Node, and of Fetch, Next.js and other runtimes', () => {
    createServer(nodeHandler(uploadHandler(set, { context: (request: IncomingMessage) => request.headers.cookie })))
    const handler = uploadHandler(set, { context: (request: Request) => request.headers.get('cookie') })
    expectTypeOf(fetchHandler(handler)).parameter(0).toEqualTypeOf<Request>()
    interface NextRequest extends Request {
      readonly cookies: { get(name: string): string | undefined }
    }
    const next = nextHandlers(uploadHandler(set, { context: ({ cookies }: NextRequest) => cookies.get('session') }))
    expectTypeOf(next.GET).parameter(0).toEqualTypeOf<NextRequest>()
  })

  test('is of any kind without hooks that need it', () => {
    const handler = uploadHandler(set, { authorize: ({ context }) => context === undefined })
    expectTypeOf(handler).toEqualTypeOf<UploadHandler>()
    expressHandler(handler)
    fastifyHandler(handler)
    koaHandler(handler)
    honoHandler(handler)
    nodeHandler(handler)
    fetchHandler(handler)
    nextHandlers(handler)
    nestDecant(nest, { '/files': handler })
  })

  test('of one framework does not fit the adapter of another', () => {
    const ofExpress = uploadHandler(set, { context: (request: ExpressRequest) => request.originalUrl })
    const ofHono = uploadHandler(set, { context: (context: HonoContext) => context.req.path })
    // @ts-expect-error -- Hono's context is not a request of Express.
    expressHandler(ofHono)
    // @ts-expect-error -- A request of Express is not Hono's context.
    honoHandler(ofExpress)
    // @ts-expect-error -- Fetch has another request.
    fetchHandler(ofExpress)
    // @ts-expect-error -- Koa has a context.
    koaHandler(ofExpress)
    // @ts-expect-error -- Neither platform of Nest has Hono's context.
    nestDecant(nest, { '/files': ofHono })
    // @ts-expect-error -- Node's request has no `originalUrl`.
    createServer(nodeHandler(ofExpress))
  })

  test('and its context are checked in every hook', () => {
    const context = (): { user: string } => ({ user: 'ann' })
    // @ts-expect-error -- The context has no `name`.
    uploadHandler(set, { context, authorize: ({ context: client }) => client.name === '' })
    // @ts-expect-error -- A scope is a folder or ROOT.
    uploadHandler(set, { context, scope: () => undefined })
    // @ts-expect-error -- `place` returns a folder and a name.
    uploadHandler(set, { context, place: () => ({ key: 'a.txt' }) })
    // @ts-expect-error -- The request is not known without a type.
    uploadHandler(set, { context: ({ headers }) => String(headers) })
  })
})
