/**
 * Connect Decant to Fastify 5.
 *
 * @module
 */
export { fastifyDecant } from './adapters/fastify/fastify-decant.ts'
export type {
  FastifyBodyParser,
  FastifyExchangeReply,
  FastifyExchangeRequest,
  FastifyPlugin,
  FastifyScope,
} from './adapters/fastify/fastify-exchange.ts'
export { fastifyHandler } from './adapters/fastify/fastify-handler.ts'
export type { FastifyHandlerOptions } from './adapters/fastify/fastify-handler.ts'
export { fastifyProblems } from './adapters/fastify/fastify-problems.ts'
export type { FastifyErrorHandler } from './adapters/fastify/fastify-problems.ts'
export type { SentenceOptions } from './errors/problem-options.ts'
