import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Get } from '@nestjs/common'
import { Controller } from '@nestjs/common'
import express from 'express'
import express4 from 'express4'
import fastify from 'fastify'
import type { FastifyRequest } from 'fastify'
import { Hono } from 'hono'
import type { Context } from 'hono'
import Koa from 'koa'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Refusal } from '../errors/sentences.ts'
import { isUploadError, UploadError } from '../errors/upload-error.ts'
import { attach } from './node/attach.ts'
import { expressProblems } from './express/express-problems.ts'
import { fastifyDecant } from './fastify/fastify-decant.ts'
import { fastifyProblems } from './fastify/fastify-problems.ts'
import { fetchHandler } from './fetch/fetch-handler.ts'
import { problemResponse } from './fetch/problem-response.ts'
import { honoProblems } from './hono/hono-problems.ts'
import { koaProblems } from './koa/koa-problems.ts'
import { decorate } from './nest/fixtures/decorate.ts'
import { PLATFORMS, listen as listenNest } from './nest/fixtures/platforms.ts'
import { nestDecant } from './nest/nest-decant.ts'
import { nextHandlers } from './next/next-handlers.ts'
import { nextProblems } from './next/next-problems.ts'
import { listen } from './node/fixtures/listen.ts'
import { nodeHandler } from './node/node-handler.ts'
import { sendProblem } from './node/send-problem.ts'

const mistake = new Error('a mistake in a translation')
const refusal = (): UploadError<'refused'> =>
  new UploadError('refused', { status: 429, title: 'Enough', detail: 'Ten files a day are enough.', retryAfter: 90 })

/** A handler whose errors its adapter answers. */
const refusing = {
  handle: async (): Promise<never> => {
    throw refusal()
  },
}

/** The words of an application, by the language of a request. */
function inLanguage({ code, detail }: Refusal, language: string | null | undefined): string | undefined {
  if (language === 'xx') throw mistake
  return language === 'de' ? `Auf Deutsch: ${code}, ${detail}` : undefined
}

interface RefusingServer {
  readonly ask: (language: string) => Promise<Response>
  /** The faults of sentences that were told. */
  readonly faults: readonly unknown[]
}

const closers: (() => unknown)[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closers.splice(0)) await close()
})

function asker(origin: string): RefusingServer['ask'] {
  return (language) => fetch(origin, { headers: { 'accept-language': language, connection: 'close' } })
}

/** A server by its listener. */
async function onNode(listener: Parameters<typeof createServer>[1]): Promise<RefusingServer['ask']> {
  const server = await listen(attach(createServer(listener)))
  closers.push(() => server.close())
  return asker(server.origin)
}

/** The errors that are written to the error output. */
function watchConsole(): unknown[] {
  const faults: unknown[] = []
  vi.spyOn(console, 'error').mockImplementation((fault: unknown) => void faults.push(fault))
  return faults
}

const SERVERS: readonly (readonly [name: string, start: () => Promise<RefusingServer>])[] = [
  [
    'sendProblem',
    async () => {
      const faults: unknown[] = []
      const ask = await onNode((request, response) => {
        void sendProblem(request, response, refusal(), {
          sentences: (each, { headers }) => inLanguage(each, headers['accept-language']),
          onError: (fault) => faults.push(fault),
        })
      })
      return { ask, faults }
    },
  ],
  [
    'nodeHandler',
    async () => {
      const faults: unknown[] = []
      const ask = await onNode(
        nodeHandler(refusing, {
          sentences: (each, { headers }) => inLanguage(each, headers['accept-language']),
          onError: (fault) => {
            if (!isUploadError(fault)) faults.push(fault)
          },
        }),
      )
      return { ask, faults }
    },
  ],
  [
    'fetchHandler',
    async () => {
      const faults = watchConsole()
      const answer = fetchHandler(refusing, {
        sentences: (each, { headers }) => inLanguage(each, headers.get('accept-language')),
      })
      return {
        ask: (language) => answer(new Request('http://x/', { headers: { 'accept-language': language } })),
        faults,
      }
    },
  ],
  [
    'nextHandlers',
    async () => {
      const faults = watchConsole()
      const { GET } = nextHandlers(refusing, {
        sentences: (each, { headers }) => inLanguage(each, headers.get('accept-language')),
      })
      const params = Promise.resolve({})
      return {
        ask: (language) => GET(new Request('http://x/', { headers: { 'accept-language': language } }), { params }),
        faults,
      }
    },
  ],
  [
    'problemResponse',
    async () => {
      const faults = watchConsole()
      return {
        ask: (language) =>
          problemResponse(new Request('http://x/', { headers: { 'accept-language': language } }), refusal(), {
            sentences: (each, request) => inLanguage(each, request.headers.get('accept-language')),
          }),
        faults,
      }
    },
  ],
  [
    'nextProblems',
    async () => {
      const faults: unknown[] = []
      const GET = nextProblems(
        async (request: Request) => {
          await request.text()
          throw refusal()
        },
        {
          sentences: (each, request) => inLanguage(each, request.headers.get('accept-language')),
          onError: (fault) => faults.push(fault),
        },
      )
      return { ask: (language) => GET(new Request('http://x/', { headers: { 'accept-language': language } })), faults }
    },
  ],
  ...(
    [
      ['Express 5', express],
      ['Express 4', express4],
    ] as const
  ).map(
    ([name, create]) =>
      [
        name,
        async (): Promise<RefusingServer> => {
          const faults: unknown[] = []
          const app = create()
          app.get('/', () => {
            throw refusal()
          })
          app.use(
            expressProblems({
              sentences: (each, request: express.Request) => inLanguage(each, request.get('accept-language')),
              onError: (fault) => faults.push(fault),
            }),
          )
          return { ask: await onNode(app), faults }
        },
      ] as const,
  ),
  ...[true, false].map(
    (isPlugin) =>
      [
        isPlugin ? 'fastifyDecant' : 'fastifyProblems',
        async (): Promise<RefusingServer> => {
          const faults: unknown[] = []
          const app = fastify({ forceCloseConnections: true })
          app.addHook('onRequest', async (request) => {
            vi.spyOn(request.log, 'error').mockImplementation((fault: unknown) => void faults.push(fault))
          })
          if (isPlugin) {
            await app.register(fastifyDecant, {
              sentences: (each, { raw }) => inLanguage(each, raw.headers['accept-language']),
            })
          } else {
            app.setErrorHandler(
              fastifyProblems({
                sentences: (each, request: FastifyRequest) => inLanguage(each, request.headers['accept-language']),
              }),
            )
          }
          app.get('/', async () => {
            throw refusal()
          })
          closers.push(() => app.close())
          return { ask: asker(await app.listen({ port: 0, host: '127.0.0.1' })), faults }
        },
      ] as const,
  ),
  [
    'koaProblems',
    async () => {
      const faults: unknown[] = []
      const app = new Koa()
      app.on('error', (fault: unknown) => faults.push(fault))
      app.use(
        koaProblems({ sentences: (each, context: Koa.Context) => inLanguage(each, context.get('accept-language')) }),
      )
      app.use(() => {
        throw refusal()
      })
      return { ask: await onNode((request, response) => void app.callback()(request, response)), faults }
    },
  ],
  ...[true, false].map(
    (isNode) =>
      [
        `honoProblems${isNode ? ' on Node' : ''}`,
        async (): Promise<RefusingServer> => {
          const faults = watchConsole()
          const app = new Hono()
          app.get('/', () => {
            throw refusal()
          })
          app.onError(
            honoProblems({
              sentences: (each, context: Context) => inLanguage(each, context.req.header('accept-language')),
            }),
          )
          if (!isNode) {
            const ask = async (language: string): Promise<Response> =>
              app.request('/', { headers: { 'accept-language': language } })
            return { ask, faults }
          }
          const { promise, resolve } = Promise.withResolvers<AddressInfo>()
          const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, resolve)
          closers.push(() => server.close())
          return { ask: asker(`http://127.0.0.1:${(await promise).port}/`), faults }
        },
      ] as const,
  ),
  ...PLATFORMS.map(
    ([name, create]) =>
      [
        `nestDecant on ${name}`,
        async (): Promise<RefusingServer> => {
          class Routes {
            fail(): never {
              throw refusal()
            }
          }
          decorate(Routes, 'fail', [Get()], [])
          Controller()(Routes)
          const faults: unknown[] = []
          const app = await create({ controllers: [Routes] })
          nestDecant(
            app,
            {},
            {
              sentences: (each, request) =>
                inLanguage(each, ('raw' in request ? request.raw : request).headers['accept-language']),
              onError: (fault) => faults.push(fault),
            },
          )
          closers.push(() => app.close())
          return { ask: asker(await listenNest(app)), faults }
        },
      ] as const,
  ),
]

describe.each(SERVERS)("an application's own refusal by %s", (_, start) => {
  test('arrives with its status, its sentence and Retry-After, and in the language of the request', async () => {
    const { ask, faults } = await start()
    const english = await ask('en')
    expect([english.status, english.headers.get('retry-after')]).toEqual([429, '90'])
    expect(english.headers.get('content-type')).toBe('application/problem+json')
    const problem = {
      type: 'urn:problem-type:decant:refused',
      code: 'refused',
      status: 429,
      title: 'Enough',
      detail: 'Ten files a day are enough.',
      retryAfter: 90,
    }
    expect(await english.json()).toEqual(problem)
    const german = await ask('de')
    expect([german.status, german.headers.get('retry-after')]).toEqual([429, '90'])
    expect(await german.json()).toEqual({ ...problem, detail: 'Auf Deutsch: refused, Ten files a day are enough.' })
    expect(faults).toEqual([])
  })

  test('keeps its own sentence if a translation throws, and the mistake is told', async () => {
    const { ask, faults } = await start()
    const answer = await ask('xx')
    expect([answer.status, await answer.json()]).toMatchObject([429, { detail: 'Ten files a day are enough.' }])
    expect(faults).toEqual([mistake])
  })
})
