import type { FastifyExchangeReply, FastifyExchangeRequest } from '../fastify/fastify-exchange.ts'
import type { AnyNodeRequest, AnyNodeResponse } from '../node/node-exchange.ts'

/**
 * The parts of Nest's `ArgumentsHost` and `ExecutionContext` that Decant needs: the exchange of the platform in use.
 */
export interface NestHost<Native extends NestRequest = NestRequest> {
  getType(): string
  getArgByIndex(index: 0): Native
  getArgByIndex(index: 1): AnyNodeResponse | FastifyExchangeReply
}

/** The request of a Nest app on Express or Fastify. */
export type NestRequest = (AnyNodeRequest | FastifyExchangeRequest) & { body?: unknown }
