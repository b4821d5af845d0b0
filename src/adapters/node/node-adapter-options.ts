import type { AdapterOptions } from '../adapter-options.ts'

/** What the adapter to `node:http` can be told. */
export interface NodeAdapterOptions extends AdapterOptions {
  /**
   * The proxies that are believed when they say who their client is (X-Forwarded-For), which host was asked
   * (X-Forwarded-Host) and how (X-Forwarded-Proto), or all three in Forwarded (RFC 7239): addresses, ranges such as
   * `10.0.0.0/8`, `loopback` and `private`. A proxy has to overwrite, or add to, each header of these that a client sends.
   * Default: nobody is believed.
   */
  readonly trustProxy?: readonly string[] | undefined
}
