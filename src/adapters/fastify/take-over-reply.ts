import type { FastifyExchangeReply } from './fastify-exchange.ts'

/** Takes an answer over from Fastify, with the headers that plugins have set. */
export function takeOverReply(reply: FastifyExchangeReply): void {
  const headers = reply.raw.headersSent ? {} : reply.getHeaders()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
  reply.hijack()
}
