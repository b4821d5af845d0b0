import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { sendProblem } from 'decant/node'

/** A server of node:http whose only route takes a form, as an application writes it. */
export function ownRoute(take: (request: IncomingMessage) => Promise<void>): Server {
  return createServer({ requestTimeout: 0 }, (request, response) => {
    take(request).then(
      () => response.writeHead(201).end(),
      (error: unknown) => sendProblem(request, response, error),
    )
  })
}
