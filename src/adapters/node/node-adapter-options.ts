import type { AdapterOptions } from '../adapter-options.ts'

/** What the adapter to `node:http` can be told. */
export interface NodeAdapterOptions extends AdapterOptions {
  /**
   * The proxies that are believed: addresses, ranges such as `10.0.0.0/8`, `loopback` and `private`. They tell the
   * address of the client (X-Forwarded-For), the host and port that it asked (X-Forwarded-Host, X-Forwarded-Port) and
   * the scheme (X-Forwarded-Proto). Forwarded (RFC 7239) can tell all of this instead. X-Forwarded-Prefix is the path
   * that they have stripped. A proxy must overwrite, or add to, each of these headers that a client sends. Default: no
   * proxy is believed.
   */
  readonly trustProxy?: readonly string[] | undefined
  /** Called once, with a sentence, if a header of a trusted proxy is ignored. Default: `console.warn`. */
  readonly onWarning?: ((sentence: string) => void) | undefined
}
