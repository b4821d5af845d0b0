import type { Outgoing, RequestHandler } from '../handler.ts'

/** Seconds after which another server, or the next one here, may answer. */
const RETRY_AFTER = '10'

/**
 * The same handler. While the server stops, it answers every new request with 503, so that load balancers send the next
 * one elsewhere; `/healthz` says `stopping`.
 */
export function stopping(handler: RequestHandler, isStopping: () => boolean): RequestHandler {
  return {
    handle: async (incoming) => (isStopping() ? stoppingOutgoing(incoming.target) : handler.handle(incoming)),
  }
}

function stoppingOutgoing(target: string): Outgoing {
  const [path = ''] = target.split('?', 1)
  const body = path.endsWith('/healthz') ? 'stopping' : 'The server is stopping. Try again in a moment.\n'
  return {
    status: 503,
    headers: {
      'content-type': 'text/plain; charset=UTF-8',
      'content-length': String(body.length),
      'cache-control': 'no-store',
      'retry-after': RETRY_AFTER,
      connection: 'close',
    },
    body,
  }
}
