import { UploadError } from '../errors/upload-error.ts'
import { ContentType } from './content-type.ts'
import type { Incoming, MountedPath } from './incoming.ts'
import { NodeBody } from './node-body.ts'
import type { NodeBodyOptions } from './node-body.ts'
import type { ReadableRequest } from './readable-request.ts'

/**
 * The parts of Node's `IncomingMessage` that Decant uses, so that the core runs without Node. The requests of Express
 * and Koa have them, and so has Fastify's `raw`.
 */
export interface NodeRequest extends ReadableRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** Express: the path at which the router is mounted, already stripped from `url`. */
  readonly baseUrl?: string | undefined
  readonly socket?:
    | {
        readonly parser?: unknown
        readonly remoteAddress?: string | undefined
        readonly encrypted?: boolean | undefined
      }
    | null
    | undefined
}

export interface NodeRequestOptions extends NodeBodyOptions {
  /** Aborts when the client has gone. The default aborts if it goes before its request is complete. */
  readonly signal?: AbortSignal
  /** The path at which a framework has mounted its handler. Default: the request's `baseUrl` and `url`. */
  readonly place?: MountedPath | undefined
}

/** A Node request as `Incoming`. */
export function fromNodeRequest(request: NodeRequest, options: NodeRequestOptions = {}): Incoming {
  const { headers } = request
  // HTTP/2 has no framing headers: the frame of the header tells whether a body follows (RFC 9113 section 8.1).
  const hasBody =
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined ||
    (request.httpVersionMajor >= 2 && request.stream?.endAfterHeaders !== true)
  const { target, authority } = splitTarget(request.url ?? '/')
  // HTTP/2 calls it `:authority` (RFC 9113 section 8.3.1).
  const host = authority ?? headers['host'] ?? headers[':authority']
  const header = (name: string): string | undefined => {
    const value = name === 'host' ? host : headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }
  return {
    method: request.method ?? 'GET',
    target: options.place?.target ?? target,
    mount: options.place?.mount ?? request.baseUrl ?? '',
    prefix: '',
    header,
    contentType: new ContentType(header('content-type')),
    body: hasBody ? new NodeBody(request, options) : undefined,
    // Read it now: a closed socket forgets its address.
    clientAddress: request.socket?.remoteAddress,
    isSecure: request.socket?.encrypted === true,
    isPortKnown: true,
    // Not a getter: V8 gives each object with a getter a shape of its own, and keeps its values in memory for long.
    signal: options.signal ?? goneSignal(request),
    native: request,
  }
}

/** In absolute-form, the host stands before the path, and counts instead of Host (RFC 9112 section 3.2.2). */
export function splitTarget(url: string): { target: string; authority: string | undefined } {
  if (url.startsWith('/')) return { target: url, authority: undefined }
  const [absolute, authority] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? []
  if (absolute === undefined) return { target: url, authority }
  const rest = url.slice(absolute.length)
  return { target: rest.startsWith('/') ? rest : `/${rest}`, authority }
}

function goneSignal(request: NodeRequest): AbortSignal {
  const controller = new AbortController()
  const onClose = (): void => {
    if (!request.complete || request.aborted === true) controller.abort(new UploadError('truncated-body', {}))
  }
  if (request.destroyed) onClose()
  else request.on('close', onClose)
  return controller.signal
}
