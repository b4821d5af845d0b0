import type { ByteSource } from './byte-source.ts'
import type { ContentType } from './content-type.ts'

/**
 * A request as the protocols see it, the same for every runtime. An adapter makes one from a Fetch `Request` or a Node
 * `IncomingMessage`. `Native` is the request of the runtime or the framework.
 */
export interface Incoming<Native = unknown> {
  /** The method, upper-case as HTTP has it (RFC 9110 section 9). */
  readonly method: string
  /** Path and query as they were sent, still percent-encoded (origin-form, RFC 9112 section 3.2.1). */
  readonly target: string
  /** The path that a framework has already stripped from `target`, without a trailing slash; '' at the root. */
  readonly mount: string
  /**
   * The path that trusted proxies have stripped before that, percent-encoded and without a trailing slash; '' if there
   * is none. URLs for the client begin with it.
   */
  readonly prefix: string
  /** A header's value by lower-case name; several of one name are joined by `, ` (RFC 9110 section 5.3). */
  readonly header: (name: string) => string | undefined
  /** The Content-Type, which tells what the body is. */
  readonly contentType: ContentType
  /** The content; `undefined` if the request has neither Content-Length nor Transfer-Encoding. */
  readonly body: ByteSource | undefined
  /**
   * The IP address at the other end of the connection, as the runtime writes it. Behind a proxy, it is the proxy's.
   * `undefined` if the runtime does not tell it.
   */
  readonly clientAddress: string | undefined
  /** True if the client used https. */
  readonly isSecure: boolean
  /** False if a trusted proxy is in front and no header tells the port that the client asked. */
  readonly isPortKnown: boolean
  /** The Host header of the connection, if a trusted proxy names another host. `header('host')` is that other one. */
  readonly proxyHost?: string | undefined
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal
  /** The request of the runtime or framework, for the hooks of a handler. */
  readonly native: Native
}

/** A path in two parts: the part that a framework has stripped, and the rest with the query. */
export type MountedPath = Pick<Incoming, 'mount' | 'target'>
