import { IS_NODE } from './is-node.ts'

/** What it is told by, of Node's `IncomingMessage` and of those that look like one. */
interface ParsedRequest {
  readonly httpVersionMajor: number
  readonly socket?: { readonly parser?: unknown } | null | undefined
}

/** What gives out the chunks of a body. Whatever has put its own in place of Node's may keep them. */
const METHODS = ['on', 'emit', 'push', 'read'] as const

/**
 * Whether Node itself has read the body from a connection of HTTP/1: then each chunk has memory of its own, of which Node keeps
 * nothing. Others make requests, too, of bytes that somebody still has: `inject` of Fastify and the like, and what carries
 * functions in a cloud. A socket that a server reads from has Node's parser, and theirs has none.
 */
export function hasOwnChunks(request: ParsedRequest): boolean {
  const isParsed = request.httpVersionMajor === 1 && Boolean(request.socket?.parser)
  return IS_NODE && isParsed && METHODS.every((method) => !Object.hasOwn(request, method))
}
