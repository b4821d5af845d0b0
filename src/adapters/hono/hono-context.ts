import type { NodeRequest } from '../../http/node-request.ts'
import type { ResponseBody } from '../fetch/to-body.ts'

/** What Decant needs of Hono's context: its shape alone, so that Hono is no dependency. */
export interface HonoContext {
  readonly req: {
    readonly raw: Request
    readonly url: string
    readonly method: string
    /** The whole path under which the route was registered, with what `route()` and `basePath()` put before it. */
    readonly routePath: string
  }
  /** On `@hono/node-server`: Node's own request and response. */
  readonly env: unknown
  /** Answers with the headers that were set before, too. */
  body(data: ResponseBody | null, status: number, headers: Record<string, string>): Response
}

/** What Decant needs of Node's response where Hono writes it. */
export interface NodeResponse {
  /** Node's `false` closes the connection after the answer. */
  shouldKeepAlive: boolean
  /** `null` while its client takes the answer to a request before this one. */
  readonly socket: unknown
  readonly destroyed: boolean
  readonly headersSent: boolean
  on(event: 'close' | 'socket', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
  write(chunk: Uint8Array, taken: () => void): unknown
  destroy(): unknown
}

/** Node's own request and response. */
export interface NodeExchange {
  readonly request: NodeRequest
  readonly response: NodeResponse
}

/** What stands behind a request of `@hono/node-server`; `undefined` elsewhere. */
export function nodeExchange({ env }: HonoContext): NodeExchange | undefined {
  if (typeof env !== 'object' || env === null || !('incoming' in env && 'outgoing' in env)) return undefined
  const { incoming: request, outgoing: response } = env
  return isNodeRequest(request) && isNodeResponse(response) ? { request, response } : undefined
}

function isNodeRequest(value: unknown): value is NodeRequest {
  return typeof value === 'object' && value !== null && 'readableDidRead' in value && 'httpVersionMajor' in value
}

function isNodeResponse(value: unknown): value is NodeResponse {
  return typeof value === 'object' && value !== null && 'writeHead' in value && 'destroyed' in value
}
