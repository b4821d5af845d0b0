import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'

/** A request of `node:http`, `node:https` or `node:http2`, also as a framework passes it. */
export type AnyNodeRequest = IncomingMessage | Http2ServerRequest

/** The response that belongs to it. */
export type AnyNodeResponse = ServerResponse | Http2ServerResponse
