import type { FastifyExchangeReply } from './fastify-exchange.ts'

/** Takes an answer out of Fastify's hands. What plugins have put into its header goes with it. */
export function takeOverReply(reply: FastifyExchangeReply): void {
  const headers = reply.raw.headersSent ? {} : reply.getHeaders()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
  reply.hijack()
}
