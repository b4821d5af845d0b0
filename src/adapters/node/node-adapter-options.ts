import type { AdapterOptions } from '../adapter-options.ts'

/** What the adapter to `node:http` can be told. */
export interface NodeAdapterOptions extends AdapterOptions {
  /**
   * The proxies that are believed: addresses, ranges such as `10.0.0.0/8`, `loopback` and `private`. They say who their
   * client is (X-Forwarded-For), which host and port were asked (X-Forwarded-Host, X-Forwarded-Port) and how
   * (X-Forwarded-Proto), or all of this in Forwarded (RFC 7239). X-Forwarded-Prefix is the path that they have stripped. A
   * proxy has to overwrite, or add to, each header of these that a client sends. Default: no proxy is believed.
   */
  readonly trustProxy?: readonly string[] | undefined
  /** Told once of a header of a trusted proxy that is ignored. Default: `console.warn`. */
  readonly onWarning?: ((sentence: string) => void) | undefined
}
