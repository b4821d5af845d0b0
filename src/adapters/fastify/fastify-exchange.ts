import type { AnyNodeRequest, AnyNodeResponse } from '../node/node-exchange.ts'

/** The parts of Fastify's `FastifyRequest` that Decant needs: Fastify itself is not imported. */
export interface FastifyExchangeRequest {
  readonly raw: AnyNodeRequest
  readonly log: { error(object: unknown, message?: string): void }
}

/** The parts of Fastify's `FastifyReply` that Decant needs. */
export interface FastifyExchangeReply {
  readonly raw: AnyNodeResponse
  getHeaders(): Record<string, number | string | string[] | undefined>
  hijack(): unknown
  callNotFound(): unknown
}

/** The parts of Fastify's `FastifyInstance` that Decant needs. */
export interface FastifyScope {
  /** Of this scope and those around it; '' at the root. */
  readonly prefix: string
  hasContentTypeParser(type: string): boolean
  removeAllContentTypeParsers(): void
  addContentTypeParser(type: string, parser: FastifyBodyParser): unknown
  setErrorHandler(
    handler: (error: unknown, request: FastifyExchangeRequest, reply: FastifyExchangeReply) => Promise<void>,
  ): unknown
  all(path: string, handler: (request: FastifyExchangeRequest, reply: FastifyExchangeReply) => Promise<void>): unknown
}

/** The parser that Fastify calls with an unread body. */
export type FastifyBodyParser = (request: unknown, payload: unknown, done: (error: null) => void) => void

/** A plugin, as `app.register()` takes it. */
export type FastifyPlugin<Options = unknown> = (scope: FastifyScope, options: Options) => Promise<void>
