import type { FastifyExchangeReply, FastifyExchangeRequest } from '../fastify/fastify-exchange.ts'
import type { AnyNodeRequest, AnyNodeResponse } from '../node/node-exchange.ts'

/** What Decant needs of Nest's `ArgumentsHost` and `ExecutionContext`: the exchange of whichever platform there is. */
export interface NestHost {
  getType(): string
  getArgByIndex(index: 0): NestRequest
  getArgByIndex(index: 1): AnyNodeResponse | FastifyExchangeReply
}

/** The request of a Nest app on Express or Fastify. */
export type NestRequest = (AnyNodeRequest | FastifyExchangeRequest) & { body?: unknown }
