import { UploadError } from '../errors/upload-error.ts'
import { ContentType } from './content-type.ts'
import type { Incoming, MountedPath } from './incoming.ts'
import { NodeBody } from './node-body.ts'
import type { NodeBodyOptions } from './node-body.ts'
import type { ReadableRequest } from './readable-request.ts'

/**
 * The parts of Node's `IncomingMessage` that Decant uses, so that the core runs without Node. Express' and Koa's requests
 * have them, and Fastify's `raw`.
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
  /** Aborts when the client has gone. Default: when it goes before its request is complete. */
  readonly signal?: AbortSignal
  /** The path at which a framework has mounted its handler. Default: the request's `baseUrl` and `url`. */
  readonly place?: MountedPath | undefined
}

/** A Node request as `Incoming`. */
export function fromNodeRequest(request: NodeRequest, options: NodeRequestOptions = {}): Incoming {
  const { headers } = request
  // HTTP/2 has no framing headers; there the frame of the header tells whether it is the last (RFC 9113 section 8.1).
  const hasBody =
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined ||
    (request.httpVersionMajor >= 2 && request.stream?.endAfterHeaders !== true)
  const { target, authority } = splitTarget(request.url ?? '/')
  // HTTP/2 has another word for it (RFC 9113 section 8.3.1).
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
    // Now: a closed socket does not know any more.
    clientAddress: request.socket?.remoteAddress,
    isSecure: request.socket?.encrypted === true,
    isPortKnown: true,
    // No getter: V8 gives each object that is written with one a shape of its own, and keeps all that it refers to for long.
    signal: options.signal ?? goneSignal(request),
    native: request,
  }
}

/** In absolute-form the host that is asked stands before the path, and counts (RFC 9112 section 3.2.2). */
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
