import type { NodeRequest } from '../../http/node-request.ts'
import type { ResponseBody } from '../fetch/to-body.ts'

/** The parts of Hono's context that Decant needs. Only its shape is used, so Hono is not a dependency. */
export interface HonoContext {
  readonly req: {
    readonly raw: Request
    readonly url: string
    readonly method: string
    /** The whole path under which the route was registered, with the paths of `route()` and `basePath()`. */
    readonly routePath: string
  }
  /** On `@hono/node-server`: Node's own request and response. */
  readonly env: unknown
  /** Answers with the headers that were set before, too. */
  body(data: ResponseBody | null, status: number, headers: Record<string, string>): Response
}

/** The parts of Node's response that Decant needs if Hono writes it. */
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

/** The Node request behind a request of `@hono/node-server`; `undefined` elsewhere. */
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
